// What a fault does at once: when it starts, and at the steps of those that have steps.
#include <fmt/format.h>

#include "nemesis/injector.hpp"

namespace faultrig {
namespace {

std::string counted(std::uint64_t count, std::string_view noun, std::string_view plural = "s") {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : plural);
}

}  // namespace

void ClusterInjector::inject(ActiveFault& fault, Time now) {
  for (const auto& [link, rule] : fault.links) {
    fault.counters_before[link] = cluster_.counters(link.from, link.to);
  }
  std::vector<EnvironmentError> refused;
  settle_links(fault.links, refused);
  if (!refused.empty()) throw refused.front();
  if (!fault.skewed.empty()) skew_clocks(fault, now);
  if (!fault.slowed.empty()) slow_disks(fault);
  for (const std::string& node : fault.held_down) {
    take_down(fault, node);
    if (fault.bits_to_flip > 0) flip_bits(fault, node);
  }
  for (const std::string& node : fault.held_still) pause_node(fault, node);
  if (!fault.to_restart.empty()) restart_next(fault);
}

void ClusterInjector::take_down(ActiveFault& fault, const std::string& node) {
  const NodeStatus before = cluster_.status(node);
  down_.insert(node);  // also when the call is refused half-way, so that it is started
  PowerLoss loss;
  if (fault.loses_power) {
    loss = cluster_.power_off(node);
  } else {
    loss.processes = cluster_.kill(node);
  }
  still_.erase(node);
  const NodeStatus after = cluster_.status(node);
  std::string seen;
  if (after.state == NodeState::running || after.state == NodeState::paused) {
    seen = fmt::format("still {} after the {}", to_string(after.state),
                       fault.loses_power ? "power failure" : "kill");
  } else if (loss.processes == 0) {
    seen = fmt::format("was {} already{}", to_string(before.state),
                       before.how.empty() ? "" : " (" + before.how + ")");
  } else {
    // What few systems survive has to be done to bite.
    if (fault.bits_to_flip == 0) record_of(fault).bit = true;
    seen = counted(static_cast<std::uint64_t>(loss.processes), "process", "es") + " ended";
  }
  if (fault.loses_power && !loss.is_counted) {
    seen += ", and what was not synced is lost with the machine's memory";
  } else if (fault.loses_power) {
    seen += fmt::format(", {} ({}) lost{}", counted(loss.lost_writes, "write"),
                        counted(loss.lost_bytes, "byte"), loss.torn ? ", the first one torn" : "");
  }
  fault.observed.push_back(node + ": " + seen);
}

void ClusterInjector::pause_node(ActiveFault& fault, const std::string& node) {
  const NodeStatus before = cluster_.status(node);
  if (before.state == NodeState::stopped || before.state == NodeState::exited) {
    fault.observed.push_back(
        fmt::format("{}: was {}, nothing to pause", node, to_string(before.state)));
    return;
  }
  still_.try_emplace(node, 0);  // also when the call is refused half-way, so that it is resumed
  const int stopped = cluster_.pause(node);
  still_[node] = stopped;
  if (stopped > 0) record_of(fault).bit = true;
  fault.observed.push_back(fmt::format(
      "{}: {} stopped", node, counted(static_cast<std::uint64_t>(stopped), "process", "es")));
}

void ClusterInjector::flip_bits(ActiveFault& fault, const std::string& node) {
  const std::uint64_t flipped = cluster_.flip_bits(node, fault.bits_to_flip);
  if (flipped > 0) record_of(fault).bit = true;
  fault.observed.push_back(flipped > 0 ? node + ": " + counted(flipped, "bit") + " flipped"
                                       : node + ": no bit to flip, its files are empty");
}

void ClusterInjector::skew_clocks(ActiveFault& fault, Time now) {
  std::vector<EnvironmentError> refused;
  for (const std::string& node : fault.skewed) settle_clock(node, now, refused);
  if (!refused.empty()) throw refused.front();
  if (fault.push.shows_at_once()) fault.observed = read_clocks(fault, now);
}

void ClusterInjector::slow_disks(ActiveFault& fault) {
  for (auto& [node, before] : fault.slowed) before = cluster_.disk_counters(node);
  std::vector<EnvironmentError> refused;
  for (const auto& entry : fault.slowed) settle_disk(entry.first, refused);
  if (!refused.empty()) throw refused.front();
}

void ClusterInjector::restart_next(ActiveFault& fault) {
  const std::string node = fault.to_restart.back();
  fault.to_restart.pop_back();
  take_down(fault, node);
  if (is_held(node)) {
    fault.observed.back() += ", held down by another fault";
    return;
  }
  std::vector<EnvironmentError> refused;
  settle_node(node, refused);
  if (!refused.empty()) throw refused.front();
  fault.observed.back() += ", started again";
}

}  // namespace faultrig
