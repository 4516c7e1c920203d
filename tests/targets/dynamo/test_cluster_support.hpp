// A scripted cluster (tests/targets/scripted_cluster_support.hpp) of dynamo nodes, with the
// invariants checked after every step.
#pragma once

#include "targets/dynamo/dynamo_node.hpp"
#include "targets/dynamo/invariants.hpp"
#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig::dynamo {

class TestCluster final : public ScriptedCluster {
 public:
  struct Settings {
    int nodes = 3;
    DynamoConfig config;
    BugSet bugs;
    std::uint64_t seed = 1;
  };
  explicit TestCluster(const Settings& settings)
      : ScriptedCluster(
            settings.nodes, settings.seed,
            [settings] { return std::make_unique<DynamoNode>(settings.config, settings.bugs); },
            std::make_unique<Invariants>(settings.config), file_name) {}

  const DynamoNode& node(const NodeName& name) const {
    return static_cast<const DynamoNode&>(ScriptedCluster::node(name));
  }
  // Empty when they agree.
  std::string disagreement() const { return observer().disagreement(nodes()); }
};

}  // namespace faultrig::dynamo
