// What a bundled target gives to a simulation: how to make one of its nodes, and who watches over
// the promises its nodes make to each other. And to a live run: who does so by their traces.
//
// An observer sees every step from outside and must not influence it: a run with an observer is the
// same run as one without. Pure; no clock, no randomness.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/node/node.hpp"
#include "harness/node/trace_observer.hpp"
#include "harness/node/violation.hpp"

namespace faultrig {

class ClusterObserver {
 public:
  virtual ~ClusterObserver() = default;
  // nodes[stepped] has just taken a step; the others are as they were. A node that is down is
  // nullptr. Called before what the step sent is seen by anybody.
  virtual void after_step(std::size_t stepped, std::span<const Node* const> nodes) = 0;
  // A client's request as it is sent; an answer to a client as it is sent.
  virtual void on_request(const Message& request) = 0;
  virtual void on_reply(const Message& reply) = 0;
  // Convergence, for targets that promise it: why the nodes that run do not agree yet, now that
  // nothing disturbs them; empty when they do.
  virtual std::string disagreement(std::span<const Node* const> nodes) const {
    (void)nodes;
    return "";
  }
  // Everything was healed, clients have stopped, and the nodes were left alone for
  // SimulatedTarget::rest: what should end by itself has ended. Not called when a run was cut
  // short.
  virtual void at_rest(std::span<const Node* const> nodes) { static_cast<void>(nodes); }
  // The first violation of each property, in the order of discovery.
  virtual const std::vector<Violation>& violations() const = 0;
};

struct NodeSettings {
  std::vector<std::string> bugs;         // planted bugs switched on in this node
  std::map<std::string, Value> options;  // by the manifest's names
  std::string workload = {};             // what clients do, as {workload} of a manifest
};

// What surrounds a node, and its options must fit.
struct Surroundings {
  std::size_t nodes = 0;
  std::map<std::string, Value> workload_options;  // as the plan says them; no defaults
};

struct SimulatedTarget {
  std::string name;  // as the manifest says
  // Throw UsageError for an unknown bug or a value out of range.
  std::function<std::unique_ptr<Node>(const NodeSettings&)> make_node;
  // Throws UsageError for options that no cluster of this kind can run with, on whatever backend:
  // asked before anything is started.
  std::function<void(const NodeSettings&, const Surroundings&)> check;
  // May be empty: a target without invariants.
  std::function<std::unique_ptr<ClusterObserver>(const NodeSettings&)> make_observer;
  // Its invariants as far as traces show them, for runs of its program. May be empty.
  std::function<std::unique_ptr<TraceObserver>()> make_trace_observer;
  // How long the nodes are left alone at the end of a run before at_rest; 0: it is not called.
  std::chrono::nanoseconds rest{0};
};

}  // namespace faultrig
