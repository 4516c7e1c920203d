// Which workload finds which planted bug from what clients saw alone, within how many seeds; and
// what a run says of a verdict that its target does not promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "campaign/promises.hpp"
#include "campaign/simulated_run.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

TargetManifest manifest_of(const std::string& target) {
  return read_manifest_file(std::string(FAULTRIG_SOURCE_DIR) + "/targets/" + target +
                            "/target.toml");
}

struct Hunt {
  std::string target, workload, rest;
  std::string bug, checker;
  std::uint64_t most_seeds = 1;
};

void PrintTo(const Hunt& hunt, std::ostream* out) { *out << hunt.workload << " for " << hunt.bug; }

RunPlan plan_of(const Hunt& hunt) {
  RunPlan plan =
      read_plan("[run]\ntarget = \"" + hunt.target + "\"\nworkload = \"" + hunt.workload +
                    "\"\nname = \"test\"\nbackend = \"sim\"\nseed = 1\nnodes = 5\n"
                    "clients = 10\nrate = 600\nduration_ms = 4000\n" +
                    hunt.rest,
                "plan.toml");
  promise_convergence(plan, manifest_of(hunt.target));
  promise_consistency(plan, manifest_of(hunt.target));
  return plan;
}

const Verdict* verdict_of(const SimulatedRun& run, const std::string& checker) {
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.checker == checker) return &verdict;
  }
  return nullptr;
}

class WorkloadHunt : public ::testing::TestWithParam<Hunt> {};

TEST_P(WorkloadHunt, clients_see_the_planted_bug_and_nothing_in_the_clean_target) {
  const Hunt& hunt = GetParam();
  RunPlan plan = plan_of(hunt);
  std::uint64_t found = 0;
  for (plan.seed = 1; *plan.seed <= hunt.most_seeds; ++*plan.seed) {
    plan.bugs.clear();
    EXPECT_EQ(simulate(plan, manifest_of(hunt.target)).judgement.validity, Validity::valid)
        << "the clean target, seed " << *plan.seed;
    plan.bugs = {hunt.bug};
    const SimulatedRun run = simulate(plan, manifest_of(hunt.target));
    const Verdict* verdict = verdict_of(run, hunt.checker);
    ASSERT_NE(verdict, nullptr);
    if (verdict->validity != Validity::invalid) continue;
    ++found;
    EXPECT_FALSE(std::holds_alternative<std::monostate>(verdict->evidence)) << "no operations";
  }
  EXPECT_GT(found, 0u);
}

const char* const jumping_clocks =
    "[nemesis]\nfaults = [\"clock-jump\"]\nfirst_ms = 300\ninterval_ms = 500\nduration_ms = 700\n"
    "[nemesis.clock]\noffset_ms = -1000\n";
const char* const one_cut_off =
    "[nemesis]\nfaults = [\"partition-one\"]\nfirst_ms = 300\ninterval_ms = 300\n"
    "duration_ms = 900\n";

const char* const slow_and_bad = "[sim]\nlatency_max_us = 20000\n[nemesis]\nfaults = [\"swarm\"]\n";

INSTANTIATE_TEST_SUITE_P(
    All, WorkloadHunt,
    ::testing::Values(
        Hunt{"causal_kv", "session", jumping_clocks, "lww-local-clock", "read-your-writes", 5},
        Hunt{"causal_kv", "session", slow_and_bad, "cb-no-buffer", "writes-follow-reads", 10},
        Hunt{"causal_kv", "session", slow_and_bad, "bcast-ack-before-store", "monotonic-reads", 5},
        Hunt{"causal_kv", "session", one_cut_off, "bcast-no-retry", "convergence", 3},
        Hunt{"dynamo", "delete", one_cut_off, "dynamo-delete-without-tombstone", "deleted", 3},
        Hunt{"dynamo", "delete", std::string("[target]\ngrace_ms = 200\n") + one_cut_off,
             "dynamo-tombstone-early-gc", "deleted", 5}),
    [](const auto& instance) {
      std::string name = instance.param.workload + "_" + instance.param.bug;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(Promises, a_session_is_judged_guarantee_by_guarantee_where_all_are_promised) {
  EXPECT_EQ(plan_of({"causal_kv", "session", "", "", ""}).promise, "");
  EXPECT_EQ(plan_of({"raft_kv", "session", "", "", ""}).promise, "");
  EXPECT_EQ(plan_of({"dynamo", "session", "", "", ""}).promise, "none");
  EXPECT_EQ(plan_of({"causal_kv", "causal_register", "", "", ""}).promise, "causal-convergence");
  EXPECT_EQ(plan_of({"causal_kv", "session", "[check]\npromise = \"pram\"\n", "", ""}).promise,
            "pram");
}

TEST(Promises, what_is_judged_and_not_promised_is_said_in_the_record) {
  const auto warnings = [](const std::string& target, const std::string& workload,
                           const std::string& rest = "") {
    return promise_warnings(plan_of({target, workload, rest, "", ""}), manifest_of(target));
  };
  EXPECT_EQ(warnings("raft_kv", "unique_ids"), std::vector<std::string>{});
  EXPECT_EQ(warnings("dynamo", "delete"), std::vector<std::string>{});
  EXPECT_EQ(warnings("bank_2pc", "bank"), std::vector<std::string>{});
  // Held against what is promised, or against nothing.
  EXPECT_EQ(warnings("causal_kv", "register"), std::vector<std::string>{});
  EXPECT_EQ(warnings("dynamo", "session"), std::vector<std::string>{});
  const auto queue = warnings("causal_kv", "queue");
  ASSERT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue.front(),
            "workload queue judges more than causal_kv promises: it needs linearizable (a dequeue "
            "that was answered with null found the queue empty), and the manifest promises "
            "causal-convergence, convergent, unique-ids");
  EXPECT_EQ(warnings("dynamo", "set", "[workload]\npromise = \"linearizable\"\n").size(), 1u);

  TargetManifest silent = manifest_of("causal_kv");
  silent.promises.clear();
  EXPECT_TRUE(promise_warnings(plan_of({"causal_kv", "queue", "", "", ""}), silent).empty());
  Hunt hunt{"causal_kv", "queue", "", "", ""};
  RunPlan plan = plan_of(hunt);
  plan.duration = std::chrono::milliseconds(100);
  const SimulatedRun run = simulate(plan, manifest_of("causal_kv"));
  EXPECT_NE(std::find(run.record.warnings.begin(), run.record.warnings.end(), queue.front()),
            run.record.warnings.end());
}

TEST(Promises, every_workload_says_what_it_needs_and_what_is_done_to_it) {
  for (const WorkloadDescription& workload : workload_catalog()) {
    EXPECT_FALSE(workload.faults.empty()) << workload.name;
    EXPECT_FALSE(workload.needs.empty()) << workload.name;
    EXPECT_FALSE(workload.promises.empty()) << workload.name;
  }
  EXPECT_TRUE(manifest_promise_implies("strict-serializable", "snapshot-isolation"));
  EXPECT_TRUE(manifest_promise_implies("strict-serializable", "convergent"));
  EXPECT_TRUE(manifest_promise_implies("causal-convergence", "monotonic-reads"));
  EXPECT_FALSE(manifest_promise_implies("convergent", "deleted-stays-deleted"));
  EXPECT_FALSE(manifest_promise_implies("serializable", "linearizable"));
}

}  // namespace
}  // namespace faultrig
