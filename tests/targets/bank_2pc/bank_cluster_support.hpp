// A scripted cluster (tests/targets/scripted_cluster_support.hpp) of bank_2pc nodes, with the
// invariants checked after every step.
#pragma once

#include "targets/bank_2pc/bank_node.hpp"
#include "targets/bank_2pc/invariants.hpp"
#include "targets/bank_2pc/storage.hpp"
#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig::bank_2pc {

class BankCluster final : public ScriptedCluster {
 public:
  struct Settings {
    int nodes = 3;
    BankConfig config;
    BugSet bugs;
    std::uint64_t seed = 1;
  };
  explicit BankCluster(const Settings& settings)
      : ScriptedCluster(
            settings.nodes, settings.seed,
            [settings] { return std::make_unique<BankNode>(settings.config, settings.bugs); },
            std::make_unique<Invariants>(settings.config), "") {}
};

}  // namespace faultrig::bank_2pc
