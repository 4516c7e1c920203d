// What must survive: a write that was acknowledged, and everything that was shown to clients, is in
// the log of its node after every restart, in the same order.
//
// Properties: durable-promise, acknowledged-write (who is told that a write is done can read it at
// that node). Cost: a restart is linear in the log; an answer to a client looks back through the
// own writes until its own is found, mostly the last one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "targets/causal_kv/invariants/shadow.hpp"

namespace faultrig::causal_kv {

class PromiseWatch {
 public:
  PromiseWatch(Findings& findings, Shadow& shadow) : findings_(findings), shadow_(shadow) {}
  // `step.seen` is from the life before.
  void on_start(const Step& step);
  void on_request(const Message& request);
  // `answerer` has just taken the step that answered.
  void on_reply(const Message& reply, const CausalNode& answerer);

 private:
  Findings& findings_;
  Shadow& shadow_;
  std::map<std::pair<std::string, std::int64_t>, Change> open_changes_;
};

}  // namespace faultrig::causal_kv
