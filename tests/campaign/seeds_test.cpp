#include "campaign/seeds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "tests/campaign/plans_support.hpp"

namespace faultrig {
namespace {

RunPlan clean_plan() {
  RunPlan plan = simulated_plan("progress_ms = 6000", "[nemesis]\nfaults = [\"swarm\"]\n");
  plan.duration = std::chrono::seconds(6);  // the swarm strikes after a second or more
  return plan;
}

// Fails on some seeds and not on others.
RunPlan failing_plan() {
  return simulated_plan("",
                        "[target]\nbugs = [\"raft-stale-read-from-old-leader\"]\n"
                        "[nemesis]\nfaults = [\"partition-leader\"]\n"
                        "[nemesis.partition]\nfirst_ms = 200\ninterval_ms = 600\n"
                        "duration_ms = 500\n");
}

SeedsResult run(const RunPlan& plan, SeedRange seeds, unsigned threads,
                bool until_anomaly = false) {
  SeedsOptions options;
  options.threads = threads;
  options.until_anomaly = until_anomaly;
  return run_seeds(plan, raft_kv_manifest(), seeds, options);
}

void expect_same(const SeedsResult& a, const SeedsResult& b) {
  ASSERT_EQ(a.outcomes.size(), b.outcomes.size());
  for (std::size_t i = 0; i < a.outcomes.size(); ++i) {
    EXPECT_EQ(a.outcomes[i].seed, b.outcomes[i].seed);
    EXPECT_EQ(a.outcomes[i].validity, b.outcomes[i].validity) << a.outcomes[i].seed;
    EXPECT_EQ(a.outcomes[i].anomaly, b.outcomes[i].anomaly) << a.outcomes[i].seed;
    EXPECT_EQ(a.outcomes[i].reason, b.outcomes[i].reason) << a.outcomes[i].seed;
    EXPECT_EQ(a.outcomes[i].digest, b.outcomes[i].digest) << a.outcomes[i].seed;
  }
  EXPECT_EQ(a.valid, b.valid);
  EXPECT_EQ(a.unknown, b.unknown);
  EXPECT_EQ(a.invalid, b.invalid);
  EXPECT_EQ(a.anomalies, b.anomalies);
  EXPECT_EQ(a.unknown_reasons, b.unknown_reasons);
  EXPECT_EQ(a.first_anomaly.has_value(), b.first_anomaly.has_value());
}

TEST(Seeds, a_clean_target_fails_on_no_seed) {
  const SeedsResult result = run(clean_plan(), {1, 60}, 2);
  EXPECT_EQ(result.outcomes.size(), 60u);
  EXPECT_EQ(result.invalid, 0u);
  EXPECT_GE(result.valid, 50u) << "few are so short that no fault took effect";
  EXPECT_FALSE(result.first_anomaly);
  std::set<std::string> digests;
  for (const SeedOutcome& outcome : result.outcomes) digests.insert(outcome.digest);
  EXPECT_EQ(digests.size(), 60u) << "every seed is a run of its own";
}

TEST(Seeds, the_number_of_threads_changes_nothing) {
  const SeedsResult one = run(failing_plan(), {5, 20}, 1);
  expect_same(one, run(failing_plan(), {5, 20}, 4));
  EXPECT_EQ(one.outcomes.size(), 16u);
  EXPECT_EQ(one.outcomes.front().seed, 5u);
  EXPECT_GT(one.invalid, 0u);
  EXPECT_LT(one.invalid, 16u);
  EXPECT_EQ(one.valid + one.unknown + one.invalid, 16u);
}

TEST(Seeds, until_an_anomaly_the_lowest_seed_that_fails_is_returned) {
  const SeedsResult all = run(failing_plan(), {1, 24}, 2);
  ASSERT_TRUE(all.first_anomaly);
  const std::uint64_t lowest = all.first_anomaly->seed;
  for (const SeedOutcome& outcome : all.outcomes) {
    EXPECT_TRUE(outcome.validity != Validity::invalid || outcome.seed >= lowest);
  }
  const SeedsResult one = run(failing_plan(), {1, 24}, 1, true);
  ASSERT_TRUE(one.first_anomaly);
  EXPECT_EQ(one.first_anomaly->seed, lowest);
  EXPECT_EQ(one.outcomes.back().seed, lowest);
  EXPECT_EQ(one.outcomes.size(), lowest);
  for (int round = 0; round < 3; ++round) {
    expect_same(one, run(failing_plan(), {1, 24}, 4, true));
  }
}

TEST(Seeds, an_anomaly_has_a_name_and_a_reason) {
  const SeedsResult result = run(failing_plan(), {1, 24}, 2, true);
  ASSERT_TRUE(result.first_anomaly);
  EXPECT_EQ(result.first_anomaly->anomaly, "stale-read");
  EXPECT_FALSE(result.first_anomaly->reason.empty());
  EXPECT_EQ(result.anomalies.at("stale-read"), 1u);
}

TEST(Seeds, seeds_that_tested_nothing_are_counted_by_their_reason) {
  const SeedsResult result =
      run(simulated_plan("", "[nemesis]\nfaults = [\"kill\"]\n[nemesis.kill]\nfirst_ms = 60000\n"),
          {1, 3}, 2);
  EXPECT_EQ(result.unknown, 3u);
  ASSERT_EQ(result.unknown_reasons.size(), 1u);
  EXPECT_EQ(result.unknown_reasons.begin()->second, 3u);
  EXPECT_EQ(validity_of(result), Validity::unknown);
}

TEST(Seeds, progress_is_told_after_every_run_one_at_a_time) {
  SeedsOptions options;
  std::vector<std::uint64_t> done;
  options.progress = [&](const SeedsProgress& progress) {
    done.push_back(progress.done);
    EXPECT_EQ(progress.of, 6u);
  };
  options.threads = 3;
  run_seeds(simulated_plan(), raft_kv_manifest(), {1, 6}, options);
  EXPECT_EQ(done, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Seeds, a_stop_ends_it_and_what_was_judged_is_kept) {
  SeedsOptions options;
  std::atomic<int> asked{0};
  options.threads = 1;
  options.should_stop = [&] { return ++asked > 2; };
  const SeedsResult result = run_seeds(simulated_plan(), raft_kv_manifest(), {1, 50}, options);
  EXPECT_TRUE(result.was_stopped);
  EXPECT_EQ(result.outcomes.size(), 2u);
  EXPECT_EQ(asked, 3);
}

TEST(Seeds, a_plan_that_cannot_be_simulated_is_refused) {
  EXPECT_ANY_THROW(run(simulated_plan("capture = true"), {1, 4}, 2));
}

TEST(Seeds, the_worst_seed_counts) {
  SeedsResult result;
  EXPECT_EQ(validity_of(result), Validity::unknown) << "no seed at all";
  result.valid = 5;
  EXPECT_EQ(validity_of(result), Validity::valid);
  result.unknown = 1;
  EXPECT_EQ(validity_of(result), Validity::unknown);
  result.invalid = 1;
  EXPECT_EQ(validity_of(result), Validity::invalid);
}

}  // namespace
}  // namespace faultrig
