#include "harness/live/clock/node_clocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"

namespace faultrig::live {

bool has_clock_faults(const RunPlan& plan) {
  std::vector<std::string> words = plan.faults;
  for (const Options& step : plan.fault_script) words.push_back(step.text("fault", ""));
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "swarm" || word.starts_with("clock");
  });
}

NodeClock& NodeClocks::of(const NodeName& node) {
  const auto found = clocks_.find(node);
  if (found != clocks_.end()) return found->second;
  throw EnvironmentError("cannot set", fmt::format("the clock of node {}", node), 0,
                         "name a fault of clocks in the plan: only then are nodes given their own");
}

int NodeClocks::descriptor(const NodeName& node) const {
  const auto found = clocks_.find(node);
  return found == clocks_.end() ? -1 : found->second.descriptor();
}

void NodeClocks::note_start(const NodeName& node) {
  const auto found = clocks_.find(node);
  if (found != clocks_.end()) followed_before_[node] = found->second.counts().followed;
}

std::chrono::nanoseconds NodeClocks::offset(const NodeName& node) {
  const NodeClock& clock = of(node);
  // Nobody reads it: what it shows is not what the node sees.
  if (clock.counts().followed == followed_before_[node]) return {};
  return clock.offset();
}

std::vector<std::string> NodeClocks::remarks() const {
  std::vector<std::string> remarks;
  for (const auto& [node, clock] : clocks_) {
    const FollowCounts counts = clock.counts();
    if (counts.not_followed == 0) continue;
    remarks.push_back(fmt::format("{} exec{} of node {} did not follow its clock: {}",
                                  counts.not_followed, counts.not_followed == 1 ? "" : "s", node,
                                  counts.why_not));
  }
  return remarks;
}

}  // namespace faultrig::live
