#include "tests/nemesis/cluster_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig {

FakeCluster::FakeCluster(std::size_t node_count, std::size_t client_count) {
  for (std::size_t i = 1; i <= node_count; ++i) {
    nodes_.push_back(fmt::format("n{}", i));
    states_[nodes_.back()] = {NodeState::running, ""};
  }
  for (std::size_t i = 1; i <= client_count; ++i) clients_.push_back(fmt::format("c{}", i));
}

void FakeCluster::order(const std::string& name) {
  before(name);
  orders.push_back(name);
}

std::string FakeCluster::cannot(Capability capability) const {
  const auto found = impossible.find(capability);
  return found == impossible.end() ? "" : found->second;
}

void FakeCluster::start(const NodeName& node) {
  order("start " + node);
  NodeStatus& status = states_.at(node);
  if (status.state == NodeState::running || status.state == NodeState::paused) {
    throw std::logic_error(node + " was started twice");
  }
  status = {NodeState::running, ""};
}

int FakeCluster::kill(const NodeName& node) {
  order("kill " + node);
  NodeStatus& status = states_.at(node);
  const bool ran = status.state == NodeState::running || status.state == NodeState::paused;
  if (ran) status = {NodeState::stopped, ""};
  return ran ? 1 : 0;
}

PowerLoss FakeCluster::power_off(const NodeName& node) {
  order("power " + node);
  NodeStatus& status = states_.at(node);
  const bool ran = status.state == NodeState::running || status.state == NodeState::paused;
  if (ran) status = {NodeState::stopped, ""};
  return ran ? power_loss : PowerLoss{};
}

void FakeCluster::set_clock(const NodeName& node, const ClockSetting& setting) {
  order(fmt::format("clock {} {} {}", node, setting.offset.count(), setting.drift_ppm));
  clocks_[node] = setting;
}

std::chrono::nanoseconds FakeCluster::clock_offset(const NodeName& node) {
  const ClockSetting& setting = clocks_[node];
  return clocks_obey ? setting.offset + setting.strobe + drifted[node] : std::chrono::nanoseconds();
}

void FakeCluster::set_disk(const NodeName& node, const DiskRule& rule) {
  order(fmt::format("disk {} {}", node, rule.sync_delay.count()));
  disks_[node] = rule;
}

std::uint64_t FakeCluster::flip_bits(const NodeName& node, std::uint64_t bits) {
  order(fmt::format("flip {} {}", node, bits));
  return std::min(bits, bits_on_disk);
}

void FakeCluster::sync_writes(const std::string& node, std::uint64_t count) {
  disk_counters_[node].synced += count;
  if (disk(node).sync_delay.count() > 0) disk_counters_[node].delayed += count;
}

ClockSetting FakeCluster::clock(const std::string& node) const {
  const auto found = clocks_.find(node);
  return found == clocks_.end() ? ClockSetting{} : found->second;
}

DiskRule FakeCluster::disk(const std::string& node) const {
  const auto found = disks_.find(node);
  return found == disks_.end() ? DiskRule{} : found->second;
}

int FakeCluster::pause(const NodeName& node) {
  order("pause " + node);
  NodeStatus& status = states_.at(node);
  if (status.state != NodeState::running && status.state != NodeState::paused) return 0;
  status.state = NodeState::paused;
  return processes;
}

int FakeCluster::resume(const NodeName& node) {
  order("resume " + node);
  NodeStatus& status = states_.at(node);
  if (status.state != NodeState::paused) return 0;
  status.state = NodeState::running;
  processes -= std::exchange(ends_on_waking, 0);
  return processes - sleepers;
}

void FakeCluster::crash(const std::string& node) {
  states_.at(node) = {NodeState::exited, "signal 11 (SIGSEGV)"};
}

void FakeCluster::set_link(const std::string& from, const std::string& to, const LinkRule& rule) {
  order(fmt::format("link {} {} {}", from, to, describe(rule)));
  rules_[{from, to}] = rule;
}

LinkRule FakeCluster::link(const std::string& from, const std::string& to) const {
  const auto found = rules_.find({from, to});
  return found == rules_.end() ? LinkRule{} : found->second;
}

LinkCounters FakeCluster::counters(const std::string& from, const std::string& to) const {
  const auto found = counters_.find({from, to});
  return found == counters_.end() ? LinkCounters{} : found->second;
}

void FakeCluster::heal_links() {
  order("heal links");
  rules_.clear();
}

void FakeCluster::traffic(std::uint64_t count) {
  for (const auto& [pair, rule] : rules_) {
    LinkCounters& counters = counters_[pair];
    counters.entered += count;
    switch (rule.block) {
      case LinkRule::Block::drop:
        counters.dropped_by_cut += count;
        continue;
      case LinkRule::Block::reject:
        counters.rejected += count;
        continue;
      case LinkRule::Block::jam:
        counters.jammed += count;
        continue;
      case LinkRule::Block::none:
        break;
    }
    if (rule.delay.count() > 0 || rule.rate_bits_per_second > 0) counters.delayed += count;
    if (!rule.loss.is_zero()) counters.lost += count;
    if (!rule.duplicate.is_zero()) counters.duplicated += count;
    if (!rule.reorder.is_zero()) counters.reordered += count;
    if (!rule.corrupt.is_zero()) counters.corrupted += count;
  }
}

bool FakeCluster::all_clear() const {
  return std::all_of(rules_.begin(), rules_.end(),
                     [](const auto& entry) { return entry.second.is_clear(); }) &&
         std::all_of(clocks_.begin(), clocks_.end(),
                     [](const auto& entry) { return entry.second == ClockSetting{}; }) &&
         std::all_of(disks_.begin(), disks_.end(),
                     [](const auto& entry) { return entry.second == DiskRule{}; });
}

bool FakeCluster::all_running() const {
  return std::all_of(states_.begin(), states_.end(),
                     [](const auto& entry) { return entry.second.state == NodeState::running; });
}

}  // namespace faultrig
