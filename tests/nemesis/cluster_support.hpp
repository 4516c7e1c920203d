// A cluster in memory: it remembers what was ordered, can refuse any order, and lets a test decide
// what traffic there is.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/cluster.hpp"

namespace faultrig {

class FakeCluster : public Cluster {
 public:
  explicit FakeCluster(std::size_t node_count, std::size_t client_count = 3);

  // Asked before every order with its name ("kill n2"); throws to refuse it.
  std::function<void(const std::string& order)> before = [](const std::string&) {};
  std::vector<std::string> orders;  // performed
  std::string awaited_after;        // the last order when it was waited for nodes
  std::map<Capability, std::string> impossible;

  // `count` packets try every link once, under the rules in force.
  void traffic(std::uint64_t count = 1);
  void crash(const std::string& node);
  // Of each node: its processes, those that stay stopped when it is resumed, and those that end.
  int processes = 1, sleepers = 0, ends_on_waking = 0;
  // Of every power failure of a running node.
  PowerLoss power_loss{1, 3, 120, true};
  // How far every drifting clock has come, by node; added to what it was set to.
  std::map<std::string, std::chrono::nanoseconds> drifted;
  bool clocks_obey = true;
  std::uint64_t bits_on_disk = 1'000;
  // Synced writes of a node; counted as delayed where its disk is slow.
  void sync_writes(const std::string& node, std::uint64_t count);
  ClockSetting clock(const std::string& node) const;
  DiskRule disk(const std::string& node) const;
  bool all_clear() const;  // links, clocks and disks
  bool all_running() const;

  std::string backend() const override { return "fake"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override;
  void start(const NodeName& node) override;
  int kill(const NodeName& node) override;
  int pause(const NodeName& node) override;
  int resume(const NodeName& node) override;
  PowerLoss power_off(const NodeName& node) override;
  void await_started() override { awaited_after = orders.empty() ? "" : orders.back(); }
  void set_clock(const NodeName& node, const ClockSetting& setting) override;
  std::chrono::nanoseconds clock_offset(const NodeName& node) override;
  void set_disk(const NodeName& node, const DiskRule& rule) override;
  DiskCounters disk_counters(const NodeName& node) override { return disk_counters_[node]; }
  std::uint64_t flip_bits(const NodeName& node, std::uint64_t bits) override;
  NodeStatus status(const NodeName& node) override { return states_.at(node); }
  void set_link(const std::string& from, const std::string& to, const LinkRule& rule) override;
  LinkRule link(const std::string& from, const std::string& to) const override;
  LinkCounters counters(const std::string& from, const std::string& to) const override;
  void heal_links() override;
  Connectivity probe(std::chrono::milliseconds) override { return {}; }
  std::vector<TraceEvent> new_trace() override { return {}; }

 private:
  using Pair = std::pair<std::string, std::string>;
  void order(const std::string& name);
  std::vector<std::string> nodes_;
  std::vector<std::string> clients_;
  std::map<std::string, NodeStatus> states_;
  std::map<Pair, LinkRule> rules_;
  std::map<Pair, LinkCounters> counters_;
  std::map<std::string, ClockSetting> clocks_;
  std::map<std::string, DiskRule> disks_;
  std::map<std::string, DiskCounters> disk_counters_;
};

}  // namespace faultrig
