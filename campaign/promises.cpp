#include "campaign/promises.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "campaign/targets.hpp"
#include "checkers/promises.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

std::chrono::milliseconds length_of(const TimePromise& promise,
                                    const std::map<std::string, Value>& options) {
  if (promise.unit.empty()) return std::chrono::milliseconds(0);
  const Value& unit = options.at(promise.unit);
  return std::chrono::milliseconds(unit.is_integer() ? unit.as_integer() * promise.within : 0);
}

bool is_of_the_ladder(const std::string& promise) {
  const auto& names = promise_names();
  return std::find(names.begin(), names.end(), promise) != names.end();
}

// Whether the workload holds the history against this promise, which then gives way to what the
// target promises or the plan says; what else a workload judges stays.
bool is_held_to(const std::string& promise, RunPlan plan) {
  plan.promise.clear();
  const Workload workload = make_workload(plan);
  return std::any_of(workload.checkers.begin(), workload.checkers.end(),
                     [&](const auto& checker) { return checker->name() == promise; });
}

}  // namespace

void promise_progress(RunPlan& plan, const TargetManifest& manifest) {
  if (plan.progress.count() > 0) return;
  plan.progress = length_of(manifest.progress, target_options(plan, manifest));
}

void promise_convergence(RunPlan& plan, const TargetManifest& manifest) {
  if (plan.convergence.count() > 0) return;
  plan.convergence = length_of(manifest.convergence, target_options(plan, manifest));
}

void promise_consistency(RunPlan& plan, const TargetManifest& manifest) {
  if (!plan.promise.empty() || manifest.promises.empty()) return;
  const WorkloadDescription* workload = find_workload(plan.workload);
  const bool judges_pieces =
      workload != nullptr && workload->promises.size() > 1 &&
      std::all_of(workload->promises.begin(), workload->promises.end(), is_of_the_ladder);
  if (judges_pieces && unpromised(workload->promises, manifest.promises).empty()) return;
  const auto ours =
      std::find_if(manifest.promises.begin(), manifest.promises.end(), is_of_the_ladder);
  const std::string promise = ours == manifest.promises.end() ? "none" : *ours;
  const Workload made = make_workload(plan);
  if (made.has_promise_option && promise == "linearizable" &&
      !plan.workload_options.has("promise")) {
    plan.workload_options.set("promise", promise);
  }
  if (made.is_hard_to_order) return;
  if (promise == "none" || promise_fits(promise, made.model)) plan.promise = promise;
}

std::vector<std::string> promise_warnings(const RunPlan& plan, const TargetManifest& manifest) {
  const WorkloadDescription* workload = find_workload(plan.workload);
  if (workload == nullptr) return {};
  std::vector<std::string> missing = unpromised(workload->promises, manifest.promises);
  if (plan.workload_options.text("promise", "") == "linearizable") {
    const auto more = unpromised({"linearizable"}, manifest.promises);
    missing.insert(missing.end(), more.begin(), more.end());
  }
  std::erase_if(missing, [&](const std::string& word) { return is_held_to(word, plan); });
  if (missing.empty()) return {};
  return {
      fmt::format("workload {} judges more than {} promises: it needs {} ({}), and the manifest "
                  "promises {}",
                  workload->name, manifest.name, fmt::join(missing, ", "), workload->needs,
                  fmt::join(manifest.promises, ", "))};
}

}  // namespace faultrig
