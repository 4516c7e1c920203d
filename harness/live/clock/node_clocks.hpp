// The clocks of a run's nodes on this machine, for clusters whose nodes have them: set, measured as
// their programs see them, and what is to be said of programs that do not.
#pragma once

#include <map>

#include "harness/live/clock/node_clock.hpp"
#include "harness/plan.hpp"

namespace faultrig::live {

// Programs are given a clock that can lie only where it is going to.
bool has_clock_faults(const RunPlan& plan);

class NodeClocks {
 public:
  void add(const NodeName& node, NodeClock clock) { clocks_.emplace(node, std::move(clock)); }
  bool has(const NodeName& node) const { return clocks_.contains(node); }
  // For the node's program; -1: it has no clock of its own.
  int descriptor(const NodeName& node) const;
  // Call before each start of the node; nothing for one that has no clock.
  void note_start(const NodeName& node);

  // EnvironmentError for a node that has no clock.
  void set(const NodeName& node, const ClockSetting& setting) { of(node).set(setting); }
  // Zero as long as no program follows that was executed since the node was last started.
  std::chrono::nanoseconds offset(const NodeName& node);
  // A line for each node of which some program did not follow.
  std::vector<std::string> remarks() const;

 private:
  NodeClock& of(const NodeName& node);

  std::map<NodeName, NodeClock> clocks_;
  std::map<NodeName, std::uint32_t> followed_before_;
};

}  // namespace faultrig::live
