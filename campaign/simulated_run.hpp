// One simulated run, from a complete plan to its judgement: what `faultrig run --backend sim` does
// once and a campaign some thousand times.
//
// A function of the plan (its seed included) and of nothing else; no file unless a run folder is
// given. Runs may go on in several threads at once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/judge.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"
#include "harness/run.hpp"
#include "harness/sim/double_run.hpp"
#include "harness/store.hpp"

namespace faultrig {

struct SimulatedRun {
  RunRecord record;
  History history;
  Judgement judgement;
};

struct SimulationExtras {
  const RunFolder* folder = nullptr;  // what a live run stores, and the nodes' traces
  RunCallbacks callbacks = {};
  sim::RunTrace* recording = nullptr;               // every step and draw
  std::function<void(const Event&)> on_event = {};  // of the history; may be empty
  // Every trace line, as a live node would write it; may be empty. Costs about as much as the rest.
  std::function<void(const TraceEvent&)> on_trace = {};
};

// Throws UsageError for what the plan asks and a simulation cannot do; refused before anything is
// stored when `check_simulable` was called before.
SimulatedRun simulate(const RunPlan& plan, const TargetManifest& manifest,
                      const SimulationExtras& extras = {});

// Throws UsageError where `simulate` would, without running anything.
void check_simulable(const RunPlan& plan, const TargetManifest& manifest);

CheckBudget budget_of(const RunPlan& plan);

}  // namespace faultrig
