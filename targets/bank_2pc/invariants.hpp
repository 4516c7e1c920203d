// What must hold in every moment of a bank_2pc cluster, checked from outside after every step of
// every node, on what the step did to transactions and on the states of the nodes.
//
// The properties are in invariants/, a file a group: decisions (decide-alike, one-outcome,
// all-votes, decides-alone), promises (durable-promise, locks-until-decision), clients
// (acknowledged-request, definite-failure, one-transaction, whole-reads), and what holds at rest
// (ends-after-heal, conservation, no-overdraft). They see deeds and states, never bug switches.
//
// A step that did nothing to a transaction costs one comparison. Memory is linear in the
// transactions of the run.
#pragma once

#include <span>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/bank_2pc/invariants/client_watch.hpp"
#include "targets/bank_2pc/invariants/decision_watch.hpp"
#include "targets/bank_2pc/invariants/findings.hpp"
#include "targets/bank_2pc/invariants/promise_watch.hpp"
#include "targets/bank_2pc/invariants/rest_watch.hpp"

namespace faultrig::bank_2pc {

class Invariants final : public ClusterObserver {
 public:
  explicit Invariants(const BankConfig& config = {});
  Invariants(const Invariants&) = delete;  // the watches refer to each other
  Invariants& operator=(const Invariants&) = delete;

  // The nodes must be BankNodes.
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override;
  void on_request(const Message& request) override { clients_.on_request(request); }
  void on_reply(const Message& reply) override { clients_.on_reply(reply); }
  void at_rest(std::span<const Node* const> nodes) override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

 private:
  Findings findings_;
  Transactions transactions_;
  DecisionWatch decisions_;
  PromiseWatch promises_;
  ClientWatch clients_;
  RestWatch rest_;
};

}  // namespace faultrig::bank_2pc
