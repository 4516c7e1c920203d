// The port from the interpreter to the nemesis: it performs fault operations when the generator
// asks for them, keeps a record of each with the evidence that it took effect, and undoes them all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/client.hpp"

namespace faultrig {

// One fault from its start to its end.
struct FaultRecord {
  int id = 0;                        // 1, 2 ... in order of starting
  std::string family;                // "partition", "kill", "clock" ...
  std::string kind;                  // "partition-leader" ...
  std::vector<std::string> targets;  // nodes, or "n1 -> n2" for links
  std::string detail;                // for people: "n2 | n1 n3 n4 n5"
  Time started{};
  std::optional<Time> ended;
  bool bit = false;                   // proven to have taken effect
  std::vector<std::string> evidence;  // "1203 packets dropped", "3 processes ended" ...
  // What was done, with everything that chance or roles decided filled in: the parameters of a
  // script step that does exactly the same again ({"fault":...,"targets":[...],...}), its at_ms
  // included; for_ms is what lies between `started` and `ended`.
  Value order = {};
};

// While it is in force its targets are down on purpose, each or in turn.
bool holds_down(const FaultRecord& record);

// A record as one JSON object, for faults.jsonl; and back. Throws JsonError.
Value to_value(const FaultRecord& record);
FaultRecord fault_record_from(const Value& value);

class FaultInjector {
 public:
  virtual ~FaultInjector() = default;
  // Performs one nemesis operation: f names the action ("start-partition"), value its parameters.
  // ok with what was done; info with the error when the machine refused.
  virtual Completion apply(const Invocation& operation, Time now) = 0;
  // Undoes every fault still in force. Safe to call at any time, also twice.
  virtual void heal(Time now) = 0;
  // Undoes what faults do to these nodes, and to the links between them and from and to clients;
  // what strikes the others stays in force. Where an injector cannot tell, it heals everything.
  virtual void heal_within(const std::vector<std::string>& core, Time now) {
    (void)core;
    heal(now);
  }
  virtual const std::vector<FaultRecord>& records() const = 0;
};

}  // namespace faultrig
