// causal_kv as campaigns run it: every verdict is given, and each liveness promise is kept or
// named.
#include <gtest/gtest.h>

#include <algorithm>

#include "campaign/findings.hpp"
#include "campaign/selftest.hpp"
#include "campaign/simulated_run.hpp"
#include "tests/campaign/plans_support.hpp"

namespace faultrig {
namespace {

TargetManifest causal_kv_manifest() {
  return read_manifest_file(std::string(FAULTRIG_SOURCE_DIR) + "/targets/causal_kv/target.toml");
}

RunPlan causal_plan(const std::string& rest) {
  return read_plan(
      "[run]\ntarget = \"causal_kv\"\nname = \"test\"\nbackend = \"sim\"\n"
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

TEST(CausalKvRun, a_clean_cluster_is_valid_and_every_verdict_is_given) {
  const SimulatedRun run =
      simulate(causal_plan("[nemesis]\nfaults = [\"partition\", \"kill\"]\n"
                           "first_ms = 200\ninterval_ms = 300\nduration_ms = 300\n"),
               causal_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::valid);
  for (const char* checker : {"activity", "invariants", "progress", "convergence", "faults"}) {
    EXPECT_EQ(validity_of(run, checker), Validity::valid) << checker;
  }
  EXPECT_TRUE(findings_of(run).empty());
  ASSERT_TRUE(run.record.convergence && run.record.convergence->reached);
  EXPECT_GT(*run.record.recovered, *run.record.convergence->reached);
}

// Before their final reads these workloads leave the replicas alone for longer than it may take
// until somebody is served, and what they call final must not be asked of nodes that are cut off.
TEST(CausalKvRun, progress_is_proven_by_a_probe_where_final_reads_wait) {
  for (const char* workload : {"set", "counter"}) {
    RunPlan plan = causal_plan("[nemesis]\nfaults = [\"partition\"]\n");
    plan.workload = workload;
    plan.progress = std::chrono::milliseconds(500);
    const SimulatedRun run = simulate(plan, causal_kv_manifest());
    EXPECT_EQ(run.judgement.validity, Validity::valid) << workload;
    EXPECT_EQ(validity_of(run, "progress"), Validity::valid) << workload;
  }
}

TEST(CausalKvRun, one_seed_is_one_run_bit_for_bit) {
  RunPlan plan = causal_plan("[nemesis]\nfaults = [\"swarm\"]\n");
  for (plan.seed = 1; *plan.seed <= 3; ++*plan.seed) {
    sim::RunTrace first_trace, second_trace;
    const SimulatedRun first = simulate(plan, causal_kv_manifest(), {nullptr, {}, &first_trace});
    const SimulatedRun second = simulate(plan, causal_kv_manifest(), {nullptr, {}, &second_trace});
    EXPECT_EQ(first.record.simulation->digest, second.record.simulation->digest);
    EXPECT_EQ(first_difference(first_trace, second_trace), "");
  }
}

TEST(CausalKvRun, nodes_that_never_compare_their_clocks_do_not_converge) {
  const SimulatedRun run =
      simulate(causal_plan("[target]\nbugs = [\"bcast-no-retry\"]\n"
                           "[[nemesis.script]]\nat_ms = 300\nfault = \"partition-halves\"\n"
                           "for_ms = 1000\n"),
               causal_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::invalid);
  EXPECT_EQ(findings_of(run), std::vector<std::string>{"convergence"});
  EXPECT_EQ(validity_of(run, "convergence"), Validity::invalid);
  EXPECT_NE(run.record.convergence->disagreement.find("shows the writes"), std::string::npos);
  // One verdict: what was seen inside the nodes, then what clients saw, with the operations.
  const auto& verdicts = run.judgement.verdicts;
  const auto is_it = [](const Verdict& verdict) { return verdict.checker == "convergence"; };
  ASSERT_EQ(std::count_if(verdicts.begin(), verdicts.end(), is_it), 1);
  const Verdict& verdict = *std::find_if(verdicts.begin(), verdicts.end(), is_it);
  ASSERT_GE(verdict.reasons.size(), 2u);
  EXPECT_NE(verdict.reasons[0].find("the nodes did not agree within"), std::string::npos);
  EXPECT_NE(verdict.reasons[1].find("final reads differ"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<BrokenProperties>(verdict.evidence));
}

TEST(CausalKvRun, without_a_promise_there_is_no_verdict_on_convergence) {
  RunPlan plan = causal_plan("");
  plan.convergence = std::chrono::milliseconds(0);
  const SimulatedRun run = simulate(plan, causal_kv_manifest());
  EXPECT_FALSE(run.record.convergence);
  EXPECT_TRUE(std::none_of(run.judgement.verdicts.begin(), run.judgement.verdicts.end(),
                           [](const Verdict& v) { return v.checker == "convergence"; }));
}

// The plans that travel with the target: every bug has one, it is found, and the control is clean.
TEST(CausalKvRun, every_planted_bug_is_found_by_its_plan_and_the_clean_cluster_is_not) {
  const TargetManifest manifest = causal_kv_manifest();
  const std::string folder = std::string(FAULTRIG_SOURCE_DIR) + "/targets/causal_kv/selftest/";
  std::vector<SelftestCase> cases;
  for (const PlantedBug& bug : manifest.bugs) {
    RunPlan plan = read_plan_file(folder + bug.name + ".toml");
    plan.expected_attempts = 3;
    plan.convergence = std::chrono::milliseconds(2000);
    cases.push_back({bug, std::move(plan)});
  }
  const SelftestResult result = selftest(cases, manifest, {});
  ASSERT_EQ(result.rows.size(), 14u);
  for (const SelftestRow& row : result.rows) {
    EXPECT_TRUE(passed(row)) << row.bug;
    EXPECT_EQ(row.control_valid, row.tried) << row.bug;
  }
}

}  // namespace
}  // namespace faultrig
