// Simulated runs of raft_kv as a campaign uses them: repeatable, judged, found, shrunk.
#include <gtest/gtest.h>

#include <filesystem>

#include "campaign/findings.hpp"
#include "campaign/seeds.hpp"
#include "campaign/selftest.hpp"
#include "campaign/shrink.hpp"
#include "campaign/simulated_run.hpp"
#include "harness/errors.hpp"

namespace faultrig {
namespace {

const std::string target_folder = std::string(FAULTRIG_SOURCE_DIR) + "/targets/raft_kv/";

TargetManifest manifest() { return read_manifest_file(target_folder + "target.toml"); }

RunPlan swarm_plan() {
  RunPlan plan;
  plan.name = "test";
  plan.target = "raft_kv";
  plan.workload = "register";
  plan.backend = "sim";
  plan.duration = std::chrono::seconds(5);
  plan.rate = 200;
  plan.progress = std::chrono::seconds(6);
  plan.faults = {"swarm"};
  plan.seed = 1;
  return plan;
}

RunPlan plan_of(const std::string& bug) {
  RunPlan plan = read_plan_file(target_folder + "selftest/" + bug + ".toml");
  plan.seed = 1;
  return plan;
}

TEST(SimulatedRun, one_seed_is_one_run) {
  const SimulatedRun a = simulate(swarm_plan(), manifest());
  const SimulatedRun b = simulate(swarm_plan(), manifest());
  EXPECT_EQ(a.record.simulation->digest, b.record.simulation->digest);
  ASSERT_EQ(a.history.operations().size(), b.history.operations().size());
  for (std::size_t i = 0; i < a.history.operations().size(); ++i) {
    EXPECT_EQ(a.history.operations()[i], b.history.operations()[i]);
  }
  RunPlan other = swarm_plan();
  other.seed = 2;
  EXPECT_NE(simulate(other, manifest()).record.simulation->digest, a.record.simulation->digest);
}

TEST(SimulatedRun, two_recorded_runs_agree_in_every_step_and_draw) {
  sim::RunTrace a;
  sim::RunTrace b;
  SimulationExtras extras;
  extras.recording = &a;
  const std::string digest = simulate(swarm_plan(), manifest(), extras).record.simulation->digest;
  extras.recording = &b;
  EXPECT_EQ(simulate(swarm_plan(), manifest(), extras).record.simulation->digest, digest);
  EXPECT_GT(a.steps().size(), 1000u);
  EXPECT_EQ(first_difference(a, b), "");
}

TEST(SimulatedRun, what_a_simulation_cannot_do_is_refused) {
  RunPlan plan = swarm_plan();
  plan.capture = true;
  EXPECT_THROW(check_simulable(plan, manifest()), UsageError);
  plan = swarm_plan();
  plan.bugs = {"raft-double-voat"};
  EXPECT_THROW(check_simulable(plan, manifest()), UsageError);
  plan = swarm_plan();
  TargetManifest foreign = manifest();
  foreign.name = "mykv";
  EXPECT_THROW(check_simulable(plan, foreign), UsageError);
}

TEST(SimulatedRun, a_promise_of_progress_that_no_system_can_keep_is_invalid) {
  RunPlan plan = swarm_plan();
  plan.progress = std::chrono::milliseconds(1);
  const SimulatedRun run = simulate(plan, manifest());
  EXPECT_EQ(run.judgement.validity, Validity::invalid);
  EXPECT_EQ(findings_of(run), (std::vector<std::string>{"progress"}));
}

TEST(Seeds, what_comes_out_does_not_depend_on_the_threads) {
  SeedsOptions one;
  one.threads = 1;
  SeedsOptions four;
  four.threads = 4;
  const SeedsResult a = run_seeds(swarm_plan(), manifest(), {1, 12}, one);
  const SeedsResult b = run_seeds(swarm_plan(), manifest(), {1, 12}, four);
  ASSERT_EQ(a.outcomes.size(), 12u);
  ASSERT_EQ(b.outcomes.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(a.outcomes[i].digest, b.outcomes[i].digest);
  EXPECT_EQ(a.invalid, 0u);
}

TEST(Seeds, until_an_anomaly_gives_the_lowest_seed_that_fails) {
  SeedsOptions options;
  options.until_anomaly = true;
  options.threads = 4;
  const SeedsResult result =
      run_seeds(plan_of("raft-stale-read-from-old-leader"), manifest(), {1, 50}, options);
  ASSERT_TRUE(result.first_anomaly);
  for (std::uint64_t seed = 1; seed <= result.first_anomaly->seed; ++seed) {
    EXPECT_EQ(result.outcomes[seed - 1].seed, seed);
  }
}

TEST(Selftest, finds_a_bug_and_nothing_in_the_clean_target) {
  const TargetManifest target = manifest();
  std::vector<SelftestCase> cases;
  for (const PlantedBug& bug : target.bugs) {
    if (bug.name == "raft-no-fsync") cases.push_back({bug, plan_of(bug.name)});
  }
  ASSERT_EQ(cases.size(), 1u);
  SelftestOptions options;
  options.finds = 2;
  const SelftestResult result = selftest(cases, target, options);
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_TRUE(passed(result.rows[0]));
  EXPECT_GE(result.rows[0].found, 2u);
  EXPECT_GE(result.signatures[0].runs, 2u);
}

TEST(Selftest, a_bug_that_escapes_does_not_pass) {
  const TargetManifest target = manifest();
  RunPlan harmless = plan_of("raft-no-fsync");
  harmless.faults = {"pause"};  // loses nothing that was not synced
  harmless.expected_attempts = 4;
  const SelftestResult result = selftest({{target.bugs.front(), harmless}}, target, {});
  EXPECT_FALSE(passed(result.rows[0]));
  EXPECT_EQ(result.rows[0].tried, 4u);
}

TEST(Selftest, every_planted_bug_has_a_plan_of_its_own) {
  for (const PlantedBug& bug : manifest().bugs) {
    const RunPlan plan = plan_of(bug.name);
    EXPECT_EQ(plan.bugs, std::vector<std::string>{bug.name});
    EXPECT_EQ(plan.expected_verdict, "invalid") << bug.name;
    check_simulable(plan, manifest());
  }
}

TEST(Shrink, leaves_few_faults_and_operations_that_still_fail) {
  RunPlan plan = plan_of("raft-stale-read-from-old-leader");
  const std::optional<Shrunk> shrunk = shrink(plan, manifest(), {});
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(shrunk->failure, "linearizable");
  EXPECT_LE(shrunk->faults, 3u);
  EXPECT_LE(shrunk->operations, 10u);
  // What is stored repeats it: written, read, run.
  const RunPlan again = read_plan(to_toml(shrunk->plan), "plan.toml");
  EXPECT_EQ(simulate(again, manifest()).judgement.validity, Validity::invalid);
}

TEST(Shrink, there_is_nothing_to_shrink_where_nothing_fails) {
  EXPECT_FALSE(shrink(swarm_plan(), manifest(), {}));
}

}  // namespace
}  // namespace faultrig
