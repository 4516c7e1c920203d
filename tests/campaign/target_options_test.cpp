// What a bundled target cannot run with is refused with the plan, whatever the backend.
#include <gtest/gtest.h>

#include "campaign/targets.hpp"
#include "harness/errors.hpp"

namespace faultrig {
namespace {

std::string refusal(const std::string& target, const std::string& rest, int nodes = 5) {
  const TargetManifest manifest =
      read_manifest_file(std::string(FAULTRIG_SOURCE_DIR) + "/targets/" + target + "/target.toml");
  RunPlan plan =
      read_plan("[run]\ntarget = \"" + target + "\"\nname = \"test\"\nbackend = \"local\"\n" + rest,
                "plan.toml");
  plan.nodes = nodes;
  if (plan.workload.empty()) plan.workload = manifest.workloads.front();
  try {
    check_target(plan, manifest);
  } catch (const UsageError& error) {
    return error.message;
  }
  return "";
}

TEST(TargetOptions, the_defaults_of_every_target_are_taken) {
  for (const std::string& target : simulated_targets()) EXPECT_EQ(refusal(target, ""), "");
}

TEST(TargetOptions, dynamo_needs_as_many_nodes_as_owners_and_quorums_among_them) {
  EXPECT_EQ(refusal("dynamo", "[target]\nn = 7\n"),
            "target `dynamo`: n = 7 is more than the 5 nodes there are");
  EXPECT_EQ(refusal("dynamo", "[target]\nn = 7\n", 7), "");
  EXPECT_EQ(refusal("dynamo", "", 2), "target `dynamo`: n = 3 is more than the 2 nodes there are");
  EXPECT_EQ(refusal("dynamo", "[target]\nr = 4\n"), "target `dynamo`: r = 4 is more than n = 3");
  EXPECT_EQ(refusal("dynamo", "[target]\nw = 4\n"), "target `dynamo`: w = 4 is more than n = 3");
  for (const char* name : {"n", "r", "w"}) {
    EXPECT_EQ(
        refusal("dynamo", std::string("[target]\n") + name + " = 0\n"),
        std::string("target `dynamo`: `") + name + " = 0`: expected a whole number from 1 to 1024");
  }
}

TEST(TargetOptions, dynamo_refuses_workloads_that_its_options_make_vain) {
  EXPECT_NE(refusal("dynamo", "workload = 'cart'\n"), "");
  EXPECT_EQ(refusal("dynamo", "workload = 'cart'\n[target]\nconflict = 'merge'\n"), "");
  EXPECT_NE(refusal("dynamo", "workload = 'register'\n"), "");
  EXPECT_EQ(refusal("dynamo", "workload = 'register'\n[workload]\ncas_weight = 0\n"), "");
}

TEST(TargetOptions, a_bank_and_its_workload_must_speak_of_the_same_accounts) {
  EXPECT_EQ(refusal("bank_2pc", "[target]\naccounts = 4\n"),
            "target `bank_2pc`: target.accounts is 4 and workload.accounts is 8");
  EXPECT_EQ(refusal("bank_2pc", "[workload]\ntotal = 5\n"),
            "target `bank_2pc`: target.total is 100 and workload.total is 5");
  EXPECT_EQ(refusal("bank_2pc", "[target]\naccounts = 4\n[workload]\naccounts = 4\n"), "");
}

TEST(TargetOptions, values_that_contradict_each_other_are_refused) {
  EXPECT_EQ(refusal("raft_kv", "[target]\nheartbeat_ms = 500\n"),
            "target `raft_kv`: --heartbeat-ms 500 is not below --election-min-ms 150");
  EXPECT_EQ(refusal("causal_kv", "[target]\nsync_ms = 0\n"),
            "target `causal_kv`: `sync_ms = 0`: expected a whole number from 1 to 600000");
}

}  // namespace
}  // namespace faultrig
