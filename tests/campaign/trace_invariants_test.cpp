// What traces alone show of simulated runs: nothing in the clean targets, whatever lines are lost,
// and the planted bugs that are of their kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "campaign/simulated_run.hpp"
#include "campaign/targets.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

struct Traced {
  SimulatedRun run;
  std::vector<TraceEvent> lines;
};

Traced traced(const RunPlan& plan, const TargetManifest& manifest) {
  Traced traced;
  SimulationExtras extras;
  extras.on_trace = [&](const TraceEvent& event) { traced.lines.push_back(event); };
  traced.run = simulate(plan, manifest, extras);
  return traced;
}

TargetManifest manifest_of(const std::string& target) {
  return read_manifest_file(FAULTRIG_SOURCE_DIR "/targets/" + target + "/target.toml");
}

std::vector<Violation> judge(const std::string& target, const std::vector<TraceEvent>& lines) {
  const auto observer = find_simulated_target(target)->make_trace_observer();
  for (const TraceEvent& line : lines) observer->on_event(line);
  observer->finish();
  return observer->violations();
}

RunPlan clean_plan(const std::string& target, const std::string& workload) {
  RunPlan plan;
  plan.name = "test";
  plan.target = target;
  plan.workload = workload;
  plan.backend = "sim";
  plan.duration = std::chrono::seconds(4);
  plan.rate = 200;
  plan.faults = {"swarm"};
  return plan;
}

// Every line but some that have a later one in their life.
std::vector<TraceEvent> with_losses(const std::vector<TraceEvent>& lines, Random random) {
  std::set<NodeName> has_later;
  std::vector<TraceEvent> kept;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const bool may_be_lost = has_later.contains(line->node);
    if (line->event == life_begins) {
      has_later.erase(line->node);
    } else {
      has_later.insert(line->node);
    }
    if (!may_be_lost || !random.chance({1, 50})) kept.push_back(*line);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

struct Clean {
  const char* target;
  const char* workload;
};
class CleanTraces : public testing::TestWithParam<Clean> {};

TEST_P(CleanTraces, show_nothing_under_any_fault_and_with_any_loss) {
  const std::string target = GetParam().target;
  const TargetManifest manifest = manifest_of(target);
  std::size_t lives = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RunPlan plan = clean_plan(target, GetParam().workload);
    plan.seed = seed;
    const Traced run = traced(plan, manifest);
    TraceContinuity continuity;
    for (const TraceEvent& line : run.lines) {
      if (continuity.take(line) == TraceContinuity::Place::new_life) ++lives;
    }
    EXPECT_TRUE(continuity.with_gaps().empty());
    for (const Violation& seen : judge(target, run.lines)) {
      ADD_FAILURE() << "seed " << seed << ": " << seen.property << ": " << seen.what;
    }
    for (const Violation& seen : judge(target, with_losses(run.lines, Random(seed)))) {
      ADD_FAILURE() << "seed " << seed << ", with losses: " << seen.property << ": " << seen.what;
    }
  }
  EXPECT_GT(lives, 50u * 5u) << "nothing was ever restarted";
}

INSTANTIATE_TEST_SUITE_P(all, CleanTraces,
                         testing::Values(Clean{"bank_2pc", "bank"}, Clean{"raft_kv", "register"}),
                         [](const auto& each) { return std::string(each.param.target); });

// A trace changes nothing in a run.
TEST(Traces, are_read_without_a_trace) {
  RunPlan plan = clean_plan("bank_2pc", "bank");
  plan.seed = 7;
  const TargetManifest manifest = manifest_of("bank_2pc");
  EXPECT_EQ(traced(plan, manifest).run.record.simulation->digest,
            simulate(plan, manifest).record.simulation->digest);
}

struct Planted {
  const char* target;
  const char* bug;
  const char* property;
};
class PlantedTraces : public testing::TestWithParam<Planted> {};

TEST_P(PlantedTraces, show_the_bug_within_five_seeds) {
  const std::string target = GetParam().target;
  const TargetManifest manifest = manifest_of(target);
  RunPlan plan = read_plan_file(FAULTRIG_SOURCE_DIR "/targets/" + target + "/selftest/" +
                                GetParam().bug + ".toml");
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    plan.seed = seed;
    for (const Violation& one : judge(target, traced(plan, manifest).lines)) {
      seen.insert(one.property);
    }
    if (seen.contains(GetParam().property)) return;
  }
  FAIL() << "seen: " << testing::PrintToString(seen);
}

INSTANTIATE_TEST_SUITE_P(
    all, PlantedTraces,
    testing::Values(Planted{"bank_2pc", "tpc-coordinator-forgets-decision", "durable-promise"},
                    Planted{"bank_2pc", "tpc-no-durable-prepare", "durable-promise"},
                    Planted{"bank_2pc", "tpc-abort-after-prepare", "decide-alike"},
                    Planted{"bank_2pc", "tpc-commit-after-prepare", "all-votes"},
                    Planted{"bank_2pc", "tpc-presume-commit", "all-votes"},
                    Planted{"bank_2pc", "tpc-duplicate-commit-twice", "one-outcome"},
                    Planted{"raft_kv", "raft-double-vote", "one-vote"},
                    Planted{"raft_kv", "raft-skip-prev-check", "state-machine-safety"},
                    Planted{"raft_kv", "raft-commit-min-of-last-log", "state-machine-safety"},
                    Planted{"raft_kv", "raft-vote-without-log-check", "state-machine-safety"}),
    [](const auto& each) {
      std::string name = each.param.bug;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace faultrig
