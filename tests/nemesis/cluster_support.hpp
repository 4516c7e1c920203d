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
  std::map<Capability, std::string> impossible;

  // `count` packets try every link once, under the rules in force.
  void traffic(std::uint64_t count = 1);
  void crash(const std::string& node);
  // Of each node: its processes, those that stay stopped when it is resumed, and those that end.
  int processes = 1, sleepers = 0, ends_on_waking = 0;
  bool all_clear() const;
  bool all_running() const;

  std::string backend() const override { return "fake"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override;
  void start(const NodeName& node) override;
  int kill(const NodeName& node) override;
  int pause(const NodeName& node) override;
  int resume(const NodeName& node) override;
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
};

}  // namespace faultrig
