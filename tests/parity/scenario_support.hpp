// One scenario, several backends, one meaning: every plan in scenarios/ is run on each, and all
// must show what its `#:` lines say. Adding a scenario is adding a file.
//
//   #: n2 during 1 gets timed-out, broken   some operation of its clients ends with the first word,
//                                           and from then until fault 1 ends, all that begin and
//                                           end there end with one of the words; a first word may
//                                           be a choice: broken/not-sent
//   #: n1 during 1 is served                some operation begins and ends well while fault 1 lasts
//   #: n1 is served                         at any time
//   #: 1 bites only n2 -> n1, n2 -> n3      packets were dropped, and on no other link
//
// Whatever the scenario: the verdict is valid, every fault took effect, every node runs at the end,
// the network is whole and recovery was measured.
//
// A scenario says times, but what it expects needs operations: of a fault that is over before a
// busy machine has let anybody meet it, nothing can be said. So it counts how many there were; when
// they are too few it is run again with all times twice as long, and what is expected is not asked
// of the run before.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace faultrig {

// Their names, in order.
std::vector<std::string> scenarios();
std::filesystem::path scenario_file(const std::string& name);
// The same scenario for where all clients are on one machine.
std::string with_one_client_machine(std::string text);

struct PlayedScenario {
  int exit_code = -1;
  std::string output;
  std::filesystem::path run;  // its folder
};

// Fails the test unless a run shows what the scenario's `text` says. `play` runs a plan of this
// text.
void expect_scenario(const std::string& text, const std::string& backend,
                     const std::function<PlayedScenario(const std::string& text)>& play);

}  // namespace faultrig
