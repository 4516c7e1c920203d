// What must hold in every moment of a dynamo cluster, checked from outside on the states of its
// nodes, after every step of every node.
//
// The properties are in invariants/, a file a group: disks (durable-promise, lost-value,
// hint-delivered, deleted-stays-deleted, no-return), causality (causal-clock, conflict-order,
// lost-element) and clients (acknowledged-durable, read-your-writes, read-repair). They see states
// and what the nodes say that they did, never bug switches.
//
// Only the node that took the step is looked at, and only the keys that changed: a step that
// changed nothing costs a few comparisons. Memory is linear in the keys times the nodes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/dynamo/invariants/causality_watch.hpp"
#include "targets/dynamo/invariants/client_watch.hpp"
#include "targets/dynamo/invariants/disk_watch.hpp"
#include "targets/dynamo/invariants/shadow.hpp"

namespace faultrig::dynamo {

class Invariants final : public ClusterObserver {
 public:
  explicit Invariants(DynamoConfig config = {});
  Invariants(const Invariants&) = delete;  // the watches refer to each other
  Invariants& operator=(const Invariants&) = delete;

  // The nodes must be DynamoNodes.
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override;
  void on_request(const Message& request) override;
  void on_reply(const Message&) override {}
  // Nodes agree when all owners of a key have the same values, no hint waits, and nothing that was
  // acknowledged is missing.
  std::string disagreement(std::span<const Node* const> nodes) const override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

 private:
  Findings findings_;
  Shadow shadow_;
  DiskWatch disks_;
  CausalityWatch causality_;
  ClientWatch clients_;
  std::map<NodeName, NodeIndex> index_;
};

}  // namespace faultrig::dynamo
