// Simulations as a user starts them: found, replayed, shrunk, judged again.
#include <gtest/gtest.h>

#include "checkers/history/json.hpp"
#include "harness/store.hpp"
#include "tests/end_to_end/program_support.hpp"

namespace faultrig::end_to_end {
namespace {

struct Simulated : testing::Test {
  ScratchFolder scratch;
  Result call(const std::vector<std::string>& arguments) {
    return faultrig(arguments, scratch.path());
  }
  Value json(const std::string& file) { return parse_json(read_file(scratch.path() / file)); }
};

bool says(const Result& result, const std::string& words) {
  return result.output.find(words) != std::string::npos;
}

TEST_F(Simulated, a_bug_is_found_explained_replayed_and_shrunk) {
  const Result found =
      call({"run", "raft_kv", "--backend", "sim", "--bug", "raft-double-vote", "--until-anomaly"});
  EXPECT_EQ(found.exit_code, 1) << found.output;
  EXPECT_TRUE(says(found, "is broken at")) << found.output;
  EXPECT_TRUE(says(found, "`raft-double-vote`: A vote is free only")) << found.output;

  const Result replayed = call({"replay", "runs/latest"});
  EXPECT_EQ(replayed.exit_code, 1) << replayed.output;
  EXPECT_TRUE(says(replayed, "the same history byte for byte")) << replayed.output;
  EXPECT_EQ(call({"replay", "runs/latest", "--compare"}).exit_code, 0);

  const Result shrunk = call({"shrink", "runs/latest"});
  EXPECT_EQ(shrunk.exit_code, 1) << shrunk.output;
  EXPECT_TRUE(says(shrunk, "-shrunk/plan.toml")) << shrunk.output;
  EXPECT_EQ(call({"run", "--plan", "runs/latest/plan.toml", "--quiet"}).exit_code, 1);
}

TEST_F(Simulated, what_is_left_of_a_stale_read_fails_the_check_by_itself) {
  const Result found = call({"run", "raft_kv", "--backend", "sim", "--bug",
                             "raft-stale-read-from-old-leader", "--until-anomaly"});
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(call({"shrink", "runs/latest"}).exit_code, 1);
  EXPECT_EQ(call({"check", "runs/latest/core.jsonl"}).exit_code, 1);
  EXPECT_EQ(call({"check", "runs/latest/core.txt"}).exit_code, 1);
}

// The run ends itself: healed, judged, and the same whenever it is repeated.
TEST_F(Simulated, a_run_stops_at_its_first_certain_violation) {
  const Result stopped =
      call({"run", "raft_kv", "--backend", "sim", "--bug", "raft-stale-read-from-old-leader",
            "--faults", "partition", "--until-anomaly", "--stop-on-anomaly"});
  EXPECT_EQ(stopped.exit_code, 1) << stopped.output;
  EXPECT_TRUE(says(stopped, "ended early")) << stopped.output;
  EXPECT_TRUE(says(stopped, "INVALID: linearizable")) << stopped.output;
  EXPECT_FALSE(json("runs/latest/run.json").find("saw_enough")->as_string().empty());
  const Result replayed = call({"replay", "runs/latest"});
  EXPECT_TRUE(says(replayed, "the same history byte for byte")) << replayed.output;
  const Result clean = call({"run", "raft_kv", "--backend", "sim", "--seed", "1", "--faults",
                             "partition", "--stop-on-anomaly"});
  EXPECT_EQ(clean.exit_code, 0) << clean.output;
  EXPECT_FALSE(says(clean, "ended early")) << clean.output;
}

// What the target promises is what counts, unless a flag says otherwise.
TEST_F(Simulated, a_run_is_held_to_what_its_target_promises) {
  const std::vector<std::string> run = {"run", "causal_kv", "--backend", "sim", "--seed", "2"};
  const auto with = [&](const std::string& promise) {
    std::vector<std::string> arguments = run;
    arguments.insert(arguments.end(), {"--promise", promise});
    return call(arguments);
  };
  const Result causal = call(run);
  EXPECT_EQ(causal.exit_code, 0) << causal.output;
  EXPECT_TRUE(says(causal, "causal-convergence")) << causal.output;
  const Result linearizable = with("linearizable");
  EXPECT_EQ(linearizable.exit_code, 1) << linearizable.output;
  EXPECT_EQ(call({"check", "runs/latest"}).exit_code, 1) << "the stored history judges alike";
  EXPECT_EQ(with("none").exit_code, 0);
  EXPECT_EQ(with("casual").exit_code, 254);
  std::vector<std::string> online = run;
  online.emplace_back("--stop-on-anomaly");
  EXPECT_EQ(call(online).exit_code, 254) << "nothing judges causality while a run goes on";
}

TEST_F(Simulated, the_ladder_tells_of_all_and_of_each_object) {
  const Result run = call({"run", "raft_kv", "--backend", "sim", "--seed", "1", "--faults",
                           "partition", "--set", "workload.cas_weight=0", "--ladder"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_TRUE(says(run, "the strongest that holds: linearizable")) << run.output;
  EXPECT_TRUE(says(run, "by themselves: linearizable")) << run.output;
}

TEST_F(Simulated, a_check_limit_too_small_is_unknown) {
  const Result result =
      call({"run", "raft_kv", "--backend", "sim", "--seed", "1", "--faults", "partition",
            "--check-limit", "1steps,1KiB", "--set", "workload.distinct=false"});
  EXPECT_EQ(result.exit_code, 2) << result.output;
}

TEST_F(Simulated, clean_seeds_are_valid_and_bound_the_rate) {
  const Result clean = call({"run", "raft_kv", "--backend", "sim", "--seeds", "1..20"});
  EXPECT_EQ(clean.exit_code, 0) << clean.output;
  EXPECT_TRUE(says(clean, "no failure in 20 runs: rate below 14 % (95 %)")) << clean.output;
}

TEST_F(Simulated, a_bank_that_loses_money_is_told_in_money_and_shrunk) {
  const Result found = call({"run", "bank_2pc", "--backend", "sim", "--bug",
                             "tpc-abort-after-prepare", "--faults", "partition", "--seed", "3"});
  EXPECT_EQ(found.exit_code, 1) << found.output;
  EXPECT_TRUE(says(found, "A wrong total: ")) << found.output;
  EXPECT_EQ(json("runs/latest/verdict.json").string_or("validity", ""), "invalid");
  EXPECT_EQ(call({"replay", "runs/latest"}).exit_code, 1);
  const Result shrunk = call({"shrink", "runs/latest"});
  EXPECT_EQ(shrunk.exit_code, 1) << shrunk.output;
  EXPECT_EQ(call({"run", "--plan", "runs/latest/plan.toml", "--quiet"}).exit_code, 1);
}

TEST_F(Simulated, the_selftest_says_found_and_leaves_json) {
  const Result result = call({"selftest", "--bug", "raft-no-fsync"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(says(result, "1 of 1 planted bugs found")) << result.output;
  EXPECT_EQ(json("runs/selftest-raft_kv.json").find("bugs")->as_list().size(), 1u);
}

TEST_F(Simulated, every_bundled_target_is_run_and_tests_itself) {
  const Result clean = call({"run", "causal_kv", "--backend", "sim", "--seeds", "1..20"});
  EXPECT_EQ(clean.exit_code, 0) << clean.output;
  const Result found = call({"run", "causal_kv", "--backend", "sim", "--faults", "partition",
                             "--bug", "bcast-no-retry", "--until-anomaly"});
  EXPECT_EQ(found.exit_code, 1) << found.output;
  EXPECT_TRUE(says(found, "INVALID: convergence")) << found.output;
  EXPECT_EQ(call({"replay", "runs/latest"}).exit_code, 1);
  EXPECT_EQ(call({"shrink", "runs/latest"}).exit_code, 1);
  const Result result =
      call({"selftest", "--target", "causal_kv", "--bug", "causal-sequence-reused"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(Simulated, words_that_do_not_exist_name_the_nearest) {
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Result result = call(arguments);
    EXPECT_EQ(result.exit_code, 254) << result.output;
    EXPECT_TRUE(says(result, words)) << result.output;
  };
  refused({"selftest", "--bug", "raft-no-fsink"}, "did you mean `raft-no-fsync`?");
  refused({"selftest", "--target", "raft_vk"}, "did you mean `raft_kv`?");
  refused({"run", "raft_kv", "--backend", "sin"}, "did you mean `sim`?");
  refused({"run", "raft_kv", "--backend", "sim", "--faults", "swarn"}, "did you mean `swarm`?");
  refused({"run", "raft_kv", "--backend", "sim", "--capture"}, "no packets to capture");
  refused({"run", "raft_kv", "--seeds", "1..5"}, "--backend sim");
  refused({"run", "raft_kv", "--backend", "sim", "--seeds", "5..1"}, "is empty");
  refused({"replay", "nowhere"}, "is no run folder");
  refused({"shrink", "nowhere"}, "is no run folder");
}

TEST_F(Simulated, a_run_of_another_version_says_so) {
  EXPECT_EQ(call({"run", "raft_kv", "--backend", "sim", "--seed", "1", "--quiet"}).exit_code, 0);
  std::string record = read_file(scratch.path() / "runs/latest/run.json");
  const std::string version = "\"version\":\"0.1.0\"";
  ASSERT_NE(record.find(version), std::string::npos);
  record.replace(record.find(version), version.size(), "\"version\":\"0.0.9\"");
  write_file(scratch.path() / "runs/latest/run.json", record);
  const Result replayed = call({"replay", "runs/latest", "--quiet"});
  EXPECT_TRUE(says(replayed, "was stored by faultrig 0.0.9, and this is 0.1.0")) << replayed.output;
}

}  // namespace
}  // namespace faultrig::end_to_end
