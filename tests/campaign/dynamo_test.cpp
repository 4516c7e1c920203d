// dynamo as campaigns run it: every verdict is given, and each liveness promise is kept or
// named.
#include <gtest/gtest.h>

#include <algorithm>

#include "campaign/findings.hpp"
#include "campaign/promises.hpp"
#include "campaign/selftest.hpp"
#include "campaign/simulated_run.hpp"
#include "tests/campaign/plans_support.hpp"

namespace faultrig {
namespace {

TargetManifest dynamo_manifest() {
  return read_manifest_file(std::string(FAULTRIG_SOURCE_DIR) + "/targets/dynamo/target.toml");
}

RunPlan dynamo_plan(const std::string& rest) {
  return read_plan(
      "[run]\ntarget = \"dynamo\"\nname = \"test\"\nbackend = \"sim\"\n"
      "workload = \"causal_register\"\nseed = 1\nnodes = 3\nclients = 6\nrate = 200\n"
      "duration_ms = 2000\nprogress_ms = 2000\nconverge_ms = 2000\n" +
          rest,
      "plan.toml");
}

Validity validity_of(const SimulatedRun& run, const std::string& checker) {
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.checker == checker) return verdict.validity;
  }
  ADD_FAILURE() << "no verdict of " << checker;
  return Validity::unknown;
}

TEST(DynamoRun, a_clean_cluster_is_valid_and_every_verdict_is_given) {
  const SimulatedRun run =
      simulate(dynamo_plan("[nemesis]\nfaults = [\"partition\", \"kill\"]\n"
                           "first_ms = 200\ninterval_ms = 300\nduration_ms = 300\n"),
               dynamo_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::valid);
  for (const char* checker : {"activity", "invariants", "progress", "convergence", "faults"}) {
    EXPECT_EQ(validity_of(run, checker), Validity::valid) << checker;
  }
  EXPECT_TRUE(findings_of(run).empty());
  ASSERT_TRUE(run.record.convergence && run.record.convergence->reached);
  EXPECT_GT(*run.record.recovered, *run.record.convergence->reached);
}

TEST(DynamoRun, one_seed_is_one_run_bit_for_bit) {
  RunPlan plan = dynamo_plan("[nemesis]\nfaults = [\"swarm\"]\n");
  for (plan.seed = 1; *plan.seed <= 3; ++*plan.seed) {
    sim::RunTrace first_trace, second_trace;
    const SimulatedRun first = simulate(plan, dynamo_manifest(), {nullptr, {}, &first_trace});
    const SimulatedRun second = simulate(plan, dynamo_manifest(), {nullptr, {}, &second_trace});
    EXPECT_EQ(first.record.simulation->digest, second.record.simulation->digest);
    EXPECT_EQ(first_difference(first_trace, second_trace), "");
  }
}

TEST(DynamoRun, trees_of_keys_alone_do_not_converge) {
  RunPlan plan = dynamo_plan(
      "[target]\nbugs = [\"dynamo-merkle-hash-key-only\"]\nquorum = \"strict\"\n"
      "[[nemesis.script]]\nat_ms = 300\nfault = \"partition-one\"\nfor_ms = 1700\n");
  plan.workload_options.set("read_weight", Value(0));
  const SimulatedRun run = simulate(plan, dynamo_manifest());
  EXPECT_EQ(validity_of(run, "convergence"), Validity::invalid);
  plan.bugs.clear();
  EXPECT_EQ(validity_of(simulate(plan, dynamo_manifest()), "convergence"), Validity::valid);
}

TEST(DynamoRun, strict_quorums_give_linearizable_registers_and_one_answer_does_not) {
  RunPlan plan = dynamo_plan(
      "[target]\nquorum = \"strict\"\n[workload]\ncas_weight = 0\n"
      "[sim]\nlatency_min_us = 500\nlatency_max_us = 20000\nreorder = true\n"
      "[nemesis]\nfaults = [\"partition\", \"kill\"]\n");
  plan.workload = "register";
  EXPECT_EQ(validity_of(simulate(plan, dynamo_manifest()), "linearizable"), Validity::valid);
  plan.target_options.set("r", Value(1));
  plan.target_options.set("w", Value(1));
  EXPECT_EQ(validity_of(simulate(plan, dynamo_manifest()), "linearizable"), Validity::invalid);
}

// The plans that travel with the target: every bug has one, it is found, and the control is clean.
TEST(DynamoRun, every_planted_bug_is_found_by_its_plan_and_the_clean_cluster_is_not) {
  const TargetManifest manifest = dynamo_manifest();
  const std::string folder = std::string(FAULTRIG_SOURCE_DIR) + "/targets/dynamo/selftest/";
  std::vector<SelftestCase> cases;
  for (const PlantedBug& bug : manifest.bugs) {
    RunPlan plan = read_plan_file(folder + bug.name + ".toml");
    plan.expected_attempts = 5;
    plan.convergence = std::chrono::milliseconds(2000);
    promise_consistency(plan, manifest);
    cases.push_back({bug, std::move(plan)});
  }
  const SelftestResult result = selftest(cases, manifest, {});
  ASSERT_EQ(result.rows.size(), 10u);
  for (const SelftestRow& row : result.rows) {
    EXPECT_TRUE(passed(row)) << row.bug;
    EXPECT_EQ(row.control_valid, row.tried) << row.bug;
  }
}

}  // namespace
}  // namespace faultrig
