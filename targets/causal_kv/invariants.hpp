// What must hold in every moment of a causal_kv cluster, checked from outside on the states of its
// nodes, after every step of every node.
//
// The properties are in invariants/, a file a group: order (origin-sequence, delivered-once,
// dependencies, causal-delivery, conflict-order), states (state-digest, honest-clock,
// monotone-clock, exchange) and promises (durable-promise, acknowledged-write). They see states,
// never bug switches.
//
// Only the node that took the step is looked at, and only what is new of it: a step that changed
// nothing costs a few comparisons and no allocation. Memory is linear in the writes of the run
// times the nodes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/causal_kv/invariants/order_watch.hpp"
#include "targets/causal_kv/invariants/promise_watch.hpp"
#include "targets/causal_kv/invariants/shadow.hpp"
#include "targets/causal_kv/invariants/state_watch.hpp"

namespace faultrig::causal_kv {

class Invariants final : public ClusterObserver {
 public:
  Invariants();
  Invariants(const Invariants&) = delete;  // the watches refer to each other
  Invariants& operator=(const Invariants&) = delete;

  // The nodes must be CausalNodes.
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override;
  void on_request(const Message& request) override { promises_.on_request(request); }
  void on_reply(const Message& reply) override;
  // Nodes agree when they show the same writes, and the same values.
  std::string disagreement(std::span<const Node* const> nodes) const override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

 private:
  void begin_life(const Step& step);
  void follow_log(const Step& step);

  Findings findings_;
  Shadow shadow_;
  OrderWatch orders_;
  StateWatch states_;
  PromiseWatch promises_;
  const CausalNode* stepped_ = nullptr;  // took the last step
};

}  // namespace faultrig::causal_kv
