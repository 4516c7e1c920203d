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
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultrig {

// Their names, in order.
std::vector<std::string> scenarios();
std::filesystem::path scenario_file(const std::string& name);
// The same scenario for where all clients are on one machine.
std::string with_one_client_machine(std::string text);

// Fails the test unless the run folder shows what the scenario's `text` says.
void expect_scenario(const std::string& text, const std::filesystem::path& run,
                     const std::string& backend);

}  // namespace faultrig
