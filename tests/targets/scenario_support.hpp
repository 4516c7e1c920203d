// Scenarios as text, on a scripted cluster: commands, and the trace lines and
// answers that they must give.
//
// Commands (one a line; `#` begins a comment; `on`/`off` in front: only with / without the bug):
//   nodes 3 | option NAME VALUE | bug NAME | breaks PROPERTY      before anything else
//   TIMER n1                         the timer (by the target's word) fires, time moves on to then
//   wait 400                         milliseconds pass, nothing fires
//   deliver n1 n2 TYPE | drop n1 n2 TYPE      the oldest waiting message of that link, of that type
//   repeat n1 n2 TYPE                that message will arrive twice; the copy is the newest
//   wall n1 -500                     the wall clock of n1 jumps by so many milliseconds
//   rest                             heals, leaves the nodes alone for 3 s, checks what must hold
//   then settle                           delivers everything, oldest first, until nothing waits
//   cut n1 n2 | join n1 n2 | heal    both ways, `*` is everybody; loses what waits or is sent there
//   hold n1 n2 | release n1 n2       settle leaves the messages of this one direction waiting
//   crash n1 | restart n1            a crash loses what the disk has not done
//   disks slow | disks prompt        slow ones do nothing until told
//   persist n1                       the disk of n1 does its oldest write
//   again c1 n2                      the last request of c1 once more, to n2, as libraries retry
//   write c1 n1 KEY VALUE | read c1 n1 KEY | cas c1 n1 KEY FROM TO | add c1 n1 KEY ELEMENT
//   delete c1 n1 KEY | say c1 n1 BODY            a body in JSON, without blanks
// `breaks convergence`: with the bug the nodes do not agree at the end.
// Expectations, matched in order against what has happened since the last one that matched:
//   > n1 raft.become_leader term=1   a trace line with these fields
//   > c1 read_ok value=1             an answer to a client
//   ! n1 raft.become_leader          nothing like it since
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig {

// What the first lines of a scenario say.
struct ScenarioSettings {
  int nodes = 3;
  std::string bug;  // to be switched on; may be empty
  std::vector<std::pair<std::string, std::string>> options;
};

using ScenarioWords = std::vector<std::string>;

struct ScenarioTarget {
  std::function<std::unique_ptr<ScriptedCluster>(const ScenarioSettings&)> make_cluster;
  std::map<std::string, TimerId> timers;  // by the word that fires them
  // The body of a request of the target's own kind (`transfer c1 n1 0 1 5`), tried before those
  // above; nothing for other words. May be empty. May throw std::out_of_range for a missing word.
  std::function<std::optional<Value::Map>(const ScenarioWords&)> request = {};
};

struct ScenarioResult {
  std::vector<std::string> problems;  // with line numbers; empty when all went as written
  std::vector<Violation> violations;
  std::string bug;
  std::string breaks;
  std::vector<std::string> happenings;  // everything, for a failing test's message
};

// Runs the text with its bug switched on or off.
ScenarioResult run_scenario(const ScenarioTarget& target, const std::string& text, bool with_bug);

// Problems, violations and happenings, for a failing test's message.
std::string story(const ScenarioResult& result);

// The scenarios of a folder below tests/targets: their names in order, and the text of one.
std::vector<std::string> scenario_names(const std::string& folder);
std::string scenario_text(const std::string& folder, const std::string& name);

}  // namespace faultrig
