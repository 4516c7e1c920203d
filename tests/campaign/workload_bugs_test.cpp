// Planted bugs that were found through registers so far are found through the other workloads as
// well, by what clients see: each case names the checker that must say so, whatever the invariants
// have seen before. Faults and load are those of the bug's own self-test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "campaign/promises.hpp"
#include "campaign/simulated_run.hpp"

namespace faultrig {
namespace {

struct Case {
  const char* target;
  const char* bug;
  const char* workload;
  const char* checker;
  std::uint64_t seed;
  int clients = 10;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << fmt::format("{} through {}, seed {}", c.bug, c.workload, c.seed);
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name =
      fmt::format("{}_{}_{}", info.param.bug, info.param.workload, info.param.checker);
  for (char& letter : name) letter = letter == '-' ? '_' : letter;
  return name;
}

class WorkloadBugs : public testing::TestWithParam<Case> {
 protected:
  SimulatedRun run(bool with_bug) const {
    const std::string folder =
        fmt::format("{}/targets/{}/", FAULTRIG_SOURCE_DIR, GetParam().target);
    const TargetManifest manifest = read_manifest_file(folder + "target.toml");
    RunPlan plan = read_plan_file(fmt::format("{}selftest/{}.toml", folder, GetParam().bug));
    plan.workload = GetParam().workload;
    plan.workload_options = Options();
    if (plan.workload == "set") plan.workload_options.set("add_weight", Value(1));
    plan.clients = GetParam().clients;
    plan.seed = GetParam().seed;
    if (!with_bug) plan.bugs.clear();
    promise_consistency(plan, manifest);
    // The search for an order of all operations is not what is asked here, and would take long.
    if (with_bug) plan.promise.clear();
    return simulate(plan, manifest);
  }
};

TEST_P(WorkloadBugs, AreSaidByTheCheckerOfTheHistory) {
  const SimulatedRun found = run(true);
  std::string said;
  for (const Verdict& verdict : found.judgement.verdicts) {
    if (verdict.validity == Validity::invalid) said += verdict.checker + " ";
  }
  EXPECT_NE(said.find(GetParam().checker), std::string::npos) << "invalid: " << said;
}

TEST_P(WorkloadBugs, AndNothingIsSaidWithoutTheBug) {
  const SimulatedRun control = run(false);
  EXPECT_EQ(control.judgement.validity, Validity::valid);
  for (const Verdict& verdict : control.judgement.verdicts) {
    EXPECT_EQ(verdict.validity, Validity::valid) << verdict.checker;
  }
}

INSTANTIATE_TEST_SUITE_P(
    , WorkloadBugs,
    testing::Values(Case{"raft_kv", "raft-no-client-dedup", "counter", "counter", 1},
                    Case{"raft_kv", "raft-no-client-dedup", "queue", "total-queue", 1},
                    Case{"raft_kv", "raft-ack-before-commit", "set", "set-full", 1},
                    // Every client of the old leader that adds is stuck with it, so it takes many
                    // to see it read.
                    Case{"raft_kv", "raft-stale-read-from-old-leader", "set", "set-full", 4, 60},
                    Case{"causal_kv", "bcast-no-retry", "set", "set-full", 1},
                    Case{"causal_kv", "bcast-ack-before-store", "set", "set-full", 1},
                    Case{"causal_kv", "bcast-ack-before-store", "unique_ids", "unique-ids", 1},
                    Case{"causal_kv", "causal-no-dedup", "counter", "counter", 1},
                    Case{"causal_kv", "causal-sequence-reused", "unique_ids", "unique-ids", 1}),
    name_of);

}  // namespace
}  // namespace faultrig
