#include "campaign/simulated_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "campaign/promises.hpp"
#include "campaign/targets.hpp"
#include "harness/generators/workers.hpp"
#include "harness/sim/sim_cluster.hpp"
#include "nemesis/nemesis.hpp"
#include "workloads/stop_on_anomaly.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

const SimulatedTarget& simulated_target_of(const RunPlan& plan, const TargetManifest& manifest) {
  const SimulatedTarget* target = find_simulated_target(manifest.name);
  if (target != nullptr) return *target;
  throw UsageError(
      fmt::format("target `{}` cannot be simulated: only its program is known", manifest.name),
      fmt::format("use --backend local; simulated can be: {}",
                  fmt::join(simulated_targets(), ", ")),
      plan.file);
}

void refuse_impossible(const RunPlan& plan, const TargetManifest& manifest) {
  if (plan.capture) {
    throw UsageError("a simulation has no packets to capture",
                     "leave --capture out, or use --backend local", plan.file);
  }
  check_target(plan, manifest);
}

// The parts of one run, in the order in which they depend on each other.
class Parts {
 public:
  Parts(const RunPlan& plan, const TargetManifest& manifest, const SimulationExtras& extras)
      : target_(simulated_target_of(plan, manifest)),
        simulation_(target_, settings(plan, manifest, extras)),
        cluster_(simulation_, extras.folder),
        driver_(simulation_),
        roles_(manifest.leader_event),
        workload_(make_workload(plan)),
        nemesis_(make_nemesis(plan, cluster_, roles_,
                              [this](const FaultRecord& fault) { store(fault); })) {}

  SimulatedRun carry_out(const RunPlan& plan, const TargetManifest& manifest,
                         const SimulationExtras& extras) {
    if (extras.folder != nullptr) fault_lines_.emplace(extras.folder->file("faults.jsonl"));
    HistoryBuilder history;
    SimulatedRun run;
    RunParts parts{cluster_,
                   driver_,
                   *nemesis_.injector,
                   *workload_.codec,
                   clients_and_nemesis(workload_.main, nemesis_.schedule),
                   workload_.final,
                   extras.folder,
                   [&](const TraceEvent& event) {
                     roles_.observe(event);
                     if (extras.on_trace) extras.on_trace(event);
                   },
                   [&](const Event& event) {
                     history.add(event, event.index + 1);
                     if (extras.on_event) extras.on_event(event);
                   },
                   target_.rest};
    parts.probe = workload_.probe;
    if (target_.rest.count() > 0) parts.at_rest = [this] { simulation_.at_rest(); };
    RunCallbacks callbacks = extras.callbacks;
    if (plan.stop_on_anomaly) stop_on_anomaly(workload_, parts, callbacks);
    run.record = run_experiment(plan, parts, callbacks);
    run.record.target_summary = manifest.summary;
    std::ranges::move(promise_warnings(plan, manifest), std::back_inserter(run.record.warnings));
    note_simulation(run.record);
    run.history = history.finish();
    run.judgement = judge(run.history, workload_.checkers, budget_of(plan), &run.record);
    return run;
  }

 private:
  static sim::SimulationSettings settings(const RunPlan& plan, const TargetManifest& manifest,
                                          const SimulationExtras& extras) {
    sim::SimulationSettings settings = sim::settings_of(plan, target_options(plan, manifest));
    settings.kept_trace_event = manifest.leader_event;
    settings.keeps_all_trace = extras.folder != nullptr || extras.on_trace;
    settings.recording = extras.recording;
    return settings;
  }

  void store(const FaultRecord& fault) {
    if (fault_lines_) fault_lines_->append(to_value(fault).to_string());
  }

  void note_simulation(RunRecord& record) const {
    record.simulation =
        SimulationRecord{simulation_.digest().text(), simulation_.steps(), simulation_.events()};
    for (const sim::SeenViolation& seen : simulation_.violations()) {
      record.broken_invariants.push_back({seen.violation.property, seen.violation.what,
                                          seen.violation.circumstances, seen.at, seen.node,
                                          seen.step});
    }
  }

  const SimulatedTarget& target_;
  sim::Simulation simulation_;
  sim::SimCluster cluster_;
  sim::SimDriver driver_;
  Roles roles_;
  Workload workload_;
  std::optional<LineFile> fault_lines_;
  Nemesis nemesis_;
};

}  // namespace

CheckBudget budget_of(const RunPlan& plan) {
  return {plan.check_steps, static_cast<std::size_t>(plan.check_bytes), plan.check_threads};
}

SimulatedRun simulate(const RunPlan& plan, const TargetManifest& manifest,
                      const SimulationExtras& extras) {
  refuse_impossible(plan, manifest);
  return Parts(plan, manifest, extras).carry_out(plan, manifest, extras);
}

void check_simulable(const RunPlan& plan, const TargetManifest& manifest) {
  refuse_impossible(plan, manifest);
  Parts(plan, manifest, {});
}

}  // namespace faultrig
