// The bundled bank: its plans, its clean runs, and what is only known when all has come to rest.
#include <gtest/gtest.h>

#include <algorithm>

#include "campaign/findings.hpp"
#include "campaign/seeds.hpp"
#include "campaign/selftest.hpp"
#include "campaign/simulated_run.hpp"

namespace faultrig {
namespace {

const std::string folder = std::string(FAULTRIG_SOURCE_DIR) + "/targets/bank_2pc/";

TargetManifest manifest() { return read_manifest_file(folder + "target.toml"); }

RunPlan plan_of(const std::string& bug) {
  RunPlan plan = read_plan_file(folder + "selftest/" + bug + ".toml");
  plan.seed = 1;
  return plan;
}

TEST(BankSelftest, finds_every_planted_bug_and_nothing_in_the_clean_target) {
  const TargetManifest target = manifest();
  std::vector<SelftestCase> cases;
  for (const PlantedBug& bug : target.bugs) {
    cases.push_back({bug, plan_of(bug.name)});
    EXPECT_EQ(cases.back().plan.bugs, std::vector<std::string>{bug.name});
    EXPECT_EQ(cases.back().plan.expected_verdict, "invalid");
  }
  SelftestOptions options;
  options.finds = 1;
  for (const SelftestRow& row : selftest(cases, target, options).rows) {
    EXPECT_TRUE(passed(row)) << row.bug;
    EXPECT_EQ(row.control_unknown, 0u) << row.bug;
  }
}

TEST(BankSelftest, clean_runs_under_any_fault_are_valid) {
  RunPlan plan;
  plan.name = "test";
  plan.target = "bank_2pc";
  plan.workload = "bank";
  plan.backend = "sim";
  plan.duration = std::chrono::seconds(5);
  plan.rate = 200;
  plan.faults = {"swarm"};
  const SeedsResult result = run_seeds(plan, manifest(), {1, 30}, {});
  EXPECT_EQ(result.invalid, 0u);
  EXPECT_GE(result.valid, 28u);
}

TEST(BankSelftest, clients_see_money_that_is_lost) {
  bool found = false;
  for (std::uint64_t seed = 1; seed <= 10 && !found; ++seed) {
    RunPlan plan = plan_of("tpc-duplicate-commit-twice");
    plan.seed = seed;
    const std::vector<std::string> findings = findings_of(simulate(plan, manifest()));
    found = std::find(findings.begin(), findings.end(), "bank: wrong total") != findings.end();
  }
  EXPECT_TRUE(found);
}

// Without final reads too: nobody asks for anything any more, and a lock is still there.
TEST(BankSelftest, what_never_ends_is_seen_when_all_has_come_to_rest) {
  RunPlan plan = plan_of("tpc-blocked-for-ever");
  plan.workload_options.set("final_reads", false);
  bool found = false;
  for (std::uint64_t seed = 1; seed <= 10 && !found; ++seed) {
    plan.seed = seed;
    const std::vector<std::string> findings = findings_of(simulate(plan, manifest()));
    found = std::find(findings.begin(), findings.end(), "ends-after-heal") != findings.end();
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace faultrig
