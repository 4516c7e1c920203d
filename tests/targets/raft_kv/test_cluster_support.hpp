// A scripted cluster (tests/targets/scripted_cluster_support.hpp) of raft_kv nodes, with the
// invariants checked after every step.
#pragma once

#include "targets/raft_kv/invariants.hpp"
#include "targets/raft_kv/raft_node.hpp"
#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig::raft_kv {

class TestCluster final : public ScriptedCluster {
 public:
  struct Settings {
    int nodes = 3;
    RaftConfig config;
    BugSet bugs;
    std::uint64_t seed = 1;
  };
  explicit TestCluster(const Settings& settings)
      : ScriptedCluster(
            settings.nodes, settings.seed,
            [settings] { return std::make_unique<RaftNode>(settings.config, settings.bugs); },
            std::make_unique<Invariants>(settings.config), log_file_name) {}

  const RaftNode& node(const NodeName& name) const {
    return static_cast<const RaftNode&>(ScriptedCluster::node(name));
  }
  const Invariants& invariants() const { return static_cast<const Invariants&>(observer()); }
};

}  // namespace faultrig::raft_kv
