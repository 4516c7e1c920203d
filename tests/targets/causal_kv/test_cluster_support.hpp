// A scripted cluster (tests/targets/scripted_cluster_support.hpp) of causal_kv nodes, with the
// invariants checked after every step.
#pragma once

#include "targets/causal_kv/causal_node.hpp"
#include "targets/causal_kv/invariants.hpp"
#include "targets/causal_kv/storage.hpp"
#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig::causal_kv {

class TestCluster final : public ScriptedCluster {
 public:
  struct Settings {
    int nodes = 3;
    CausalConfig config;
    BugSet bugs;
    std::uint64_t seed = 1;
  };
  explicit TestCluster(const Settings& settings)
      : ScriptedCluster(
            settings.nodes, settings.seed,
            [settings] { return std::make_unique<CausalNode>(settings.config, settings.bugs); },
            std::make_unique<Invariants>(), log_file_name) {}

  const CausalNode& node(const NodeName& name) const {
    return static_cast<const CausalNode&>(ScriptedCluster::node(name));
  }
  // Empty when they agree.
  std::string disagreement() const { return observer().disagreement(nodes()); }
};

}  // namespace faultrig::causal_kv
