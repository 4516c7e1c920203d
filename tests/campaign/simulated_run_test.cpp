#include "campaign/simulated_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "campaign/findings.hpp"
#include "campaign/targets.hpp"
#include "harness/errors.hpp"
#include "tests/campaign/plans_support.hpp"

namespace faultrig {
namespace {

constexpr const char* partitions_and_kills = "[nemesis]\nfaults = [\"partition\", \"kill\"]\n";

std::vector<Operation> operations_of(const SimulatedRun& run) {
  const auto operations = run.history.operations();
  return {operations.begin(), operations.end()};
}

const Verdict* verdict_of(const SimulatedRun& run, const std::string& checker) {
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.checker == checker) return &verdict;
  }
  return nullptr;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(SimulatedRun, a_clean_target_is_valid_and_every_verdict_is_given) {
  const SimulatedRun run =
      simulate(simulated_plan("progress_ms = 6000", partitions_and_kills), raft_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::valid);
  for (const char* checker : {"linearizable", "invariants", "progress", "faults"}) {
    ASSERT_NE(verdict_of(run, checker), nullptr) << checker;
    EXPECT_EQ(verdict_of(run, checker)->validity, Validity::valid) << checker;
  }
  EXPECT_TRUE(findings_of(run).empty());
  EXPECT_GT(run.history.operations().size(), 100u);
  ASSERT_TRUE(run.record.simulation && run.record.progress && run.record.recovered);
  EXPECT_EQ(run.record.progress->core.size(), 2u);
  EXPECT_GT(run.record.simulation->steps, 1'000u);
  EXPECT_TRUE(std::any_of(run.record.faults.begin(), run.record.faults.end(),
                          [](const FaultRecord& fault) { return fault.bit; }));
}

TEST(SimulatedRun, one_seed_is_one_run_bit_for_bit) {
  RunPlan plan = simulated_plan("", "[nemesis]\nfaults = [\"swarm\"]\n");
  const TargetManifest manifest = raft_kv_manifest();
  std::string before;
  for (plan.seed = 1; *plan.seed <= 3; ++*plan.seed) {
    sim::RunTrace first_trace, second_trace;
    const SimulatedRun first = simulate(plan, manifest, {nullptr, {}, &first_trace});
    const SimulatedRun second = simulate(plan, manifest, {nullptr, {}, &second_trace});
    EXPECT_EQ(first.record.simulation->digest, second.record.simulation->digest);
    EXPECT_TRUE(operations_of(first) == operations_of(second));
    EXPECT_EQ(first_difference(first_trace, second_trace), "");
    EXPECT_NE(first.record.simulation->digest,
              std::exchange(before, first.record.simulation->digest));
    EXPECT_EQ(first.record.simulation->digest, simulate(plan, manifest).record.simulation->digest)
        << "recording does not change it";
  }
}

TEST(SimulatedRun, a_planted_bug_is_found_and_named) {
  RunPlan plan = simulated_plan("",
                                "[target]\nbugs = [\"raft-ack-before-commit\"]\n"
                                "[nemesis]\nfaults = [\"partition-leader\"]\n"
                                "[nemesis.partition]\nfirst_ms = 200\ninterval_ms = 300\n"
                                "duration_ms = 400\n");
  const TargetManifest manifest = raft_kv_manifest();
  std::vector<std::string> findings;
  for (plan.seed = 1; findings.empty() && *plan.seed <= 20; ++*plan.seed) {
    const SimulatedRun run = simulate(plan, manifest);
    findings = findings_of(run);
    EXPECT_EQ(findings.empty(), run.judgement.validity != Validity::invalid);
  }
  ASSERT_FALSE(findings.empty()) << "not within 20 seeds";
  for (const std::string& finding : findings) {
    const bool is_name =
        finding.starts_with("linearizable: ") ||
        finding.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
    EXPECT_TRUE(is_name) << finding;
  }
}

TEST(SimulatedRun, a_majority_that_serves_nobody_in_time_is_invalid) {
  const SimulatedRun run = simulate(
      simulated_plan("progress_ms = 1", "[sim]\nlatency_min_us = 1000\n"), raft_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::invalid);
  const Verdict* progress = verdict_of(run, "progress");
  ASSERT_NE(progress, nullptr);
  EXPECT_EQ(progress->validity, Validity::invalid);
  EXPECT_EQ(findings_of(run), std::vector<std::string>{"progress"});
  EXPECT_TRUE(run.record.recovered) << "an answer that came later";
  EXPECT_FALSE(run.record.progress->reached);
}

TEST(SimulatedRun, a_majority_gets_on_while_the_rest_stays_broken) {
  const SimulatedRun run = simulate(
      simulated_plan("progress_ms = 6000\nsettle_ms = 5000",
                     "[[nemesis.script]]\nat_ms = 500\nfault = \"kill-all\"\nfor_ms = 60000\n"),
      raft_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::valid);
  ASSERT_TRUE(run.record.progress && run.record.progress->reached);
  EXPECT_GT(*run.record.healed, *run.record.progress->reached);
  ASSERT_EQ(run.record.faults.size(), 1u);
  EXPECT_TRUE(run.record.faults.front().bit);
}

TEST(SimulatedRun, without_a_promise_there_is_no_verdict_on_progress) {
  const SimulatedRun run = simulate(simulated_plan(), raft_kv_manifest());
  EXPECT_EQ(verdict_of(run, "progress"), nullptr);
  EXPECT_FALSE(run.record.progress);
}

TEST(SimulatedRun, an_interrupted_run_is_unknown) {
  SimulationExtras extras;
  int asked = 0;
  extras.callbacks.should_stop = [&] { return ++asked > 200 ? "interrupted" : ""; };
  const SimulatedRun run =
      simulate(simulated_plan("progress_ms = 6000"), raft_kv_manifest(), extras);
  EXPECT_EQ(run.judgement.validity, Validity::unknown);
  EXPECT_EQ(run.record.interrupted, "interrupted");
  EXPECT_TRUE(run.record.healed);
  EXPECT_TRUE(findings_of(run).empty());
}

TEST(SimulatedRun, faults_that_never_strike_leave_the_run_unknown) {
  const SimulatedRun run = simulate(
      simulated_plan("", "[nemesis]\nfaults = [\"kill\"]\n[nemesis.kill]\nfirst_ms = 60000\n"),
      raft_kv_manifest());
  EXPECT_EQ(run.judgement.validity, Validity::unknown);
  EXPECT_EQ(verdict_of(run, "linearizable")->validity, Validity::valid);
}

TEST(SimulatedRun, what_cannot_be_simulated_is_refused_with_the_remedy) {
  const TargetManifest manifest = raft_kv_manifest();
  EXPECT_EQ(refusal(simulated_plan(), manifest), "");
  const std::string capture = refusal(simulated_plan("capture = true"), manifest);
  EXPECT_TRUE(says(capture, "no packets to capture")) << capture;
  EXPECT_TRUE(says(capture, "--backend local")) << capture;
  TargetManifest stranger = manifest;
  stranger.name = "stranger";
  const std::string target = refusal(simulated_plan(), stranger);
  EXPECT_TRUE(says(target, "`stranger` cannot be simulated")) << target;
  EXPECT_TRUE(says(target, "--backend local") && says(target, "raft_kv")) << target;
  EXPECT_THROW(simulate(simulated_plan("capture = true"), manifest), UsageError);
  EXPECT_THROW(simulate(simulated_plan(), stranger), UsageError);
}

TEST(SimulatedRun, unknown_words_are_refused_with_the_nearest_one) {
  const TargetManifest manifest = raft_kv_manifest();
  const auto refused = [&](const std::string& rest) {
    return refusal(simulated_plan("", rest), manifest);
  };
  EXPECT_TRUE(says(refused("[target]\nbugs = [\"raft-duoble-vote\"]\n"), "raft-double-vote"));
  EXPECT_TRUE(says(refused("[target]\nelection_max = 5\n"), "election_max_ms"));
  EXPECT_TRUE(says(refused("[target]\nelection_max_ms = -5\n"), "election_max_ms"));
  EXPECT_TRUE(says(refused("[sim]\nlatency_max = 5\n"), "latency_max_us"));
  EXPECT_TRUE(says(refused("[workload]\nkesy = 5\n"), "kesy"));
  EXPECT_TRUE(says(refused("[nemesis]\nfaults = [\"partiton\"]\n"), "partition"));
  EXPECT_TRUE(
      says(refused("[[nemesis.script]]\nfault = \"kill-one\"\ntargets = [\"n4\"]\n"), "n4"));
}

TEST(Targets, options_are_the_manifests_and_over_them_the_plans) {
  const TargetManifest manifest = raft_kv_manifest();
  const auto options =
      target_options(simulated_plan("", "[target]\nheartbeat_ms = 70\n"), manifest);
  EXPECT_EQ(options.at("heartbeat_ms"), Value(70));
  EXPECT_EQ(options.at("election_max_ms"), Value(300));
  EXPECT_THROW(target_options(simulated_plan("", "[target]\nno_such = 70\n"), manifest),
               UsageError);
}

TEST(Targets, every_simulated_target_is_found_by_its_name) {
  EXPECT_FALSE(simulated_targets().empty());
  for (const std::string& name : simulated_targets()) {
    ASSERT_NE(find_simulated_target(name), nullptr);
    EXPECT_EQ(find_simulated_target(name)->name, name);
  }
  EXPECT_EQ(find_simulated_target("no-such"), nullptr);
}

}  // namespace
}  // namespace faultrig
