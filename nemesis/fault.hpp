// One order of the schedule to the injector: which fault, on whom, how strong. It travels as the
// value of a nemesis operation, so that a schedule is plain data and can be shrunk or replayed.
//
//   f = "start-FAMILY"  {"slot":"partition","fault":"partition-leader","targets":["n2"],...}
//   f = "step-FAMILY"   {"slot":"kill"}        the next node of a rolling restart
//   f = "stop-FAMILY"   {"slot":"partition"}   ends what was started in that slot
//   f = "begin-faults"  nil                    fixes the instant the schedule counts from
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/value.hpp"
#include "nemesis/nemesis.hpp"

namespace faultrig {

inline constexpr std::string_view begin_faults = "begin-faults";

struct FaultOrder {
  std::string slot;  // which start a stop belongs to; one fault a slot at a time
  std::string kind;  // "packet-delay"
  // Nodes, or roles: leader, random, minority, majority, all. Empty: as the kind chooses.
  std::vector<std::string> targets;
  std::map<std::string, std::int64_t> parameters;  // {"delay_ms", 100}
  std::vector<std::string> links = {};             // of partition-cut: "n1 -> n2"
  std::string note = {};                           // of partition-cut: its detail, for people

  friend bool operator==(const FaultOrder&, const FaultOrder&) = default;
};

Value to_value(const FaultOrder& order);
// Missing parts are left empty; never throws.
FaultOrder fault_order_from(const Value& value);

// The kind's entry in the catalogue; nullptr when there is none. A swarm is no kind.
const FaultDescription* find_fault(std::string_view kind);
// The families, in the order of the catalogue.
std::vector<std::string> fault_families();
// The kinds of a family that chance may draw: not those that only a script can describe.
std::vector<std::string> drawable_kinds(std::string_view family);

}  // namespace faultrig
