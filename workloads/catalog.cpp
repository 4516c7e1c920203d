// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "checkers/promises.hpp"
#include "workloads/bank.hpp"
#include "workloads/causal_register.hpp"
#include "workloads/register.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

const std::vector<WorkloadDescription>& workload_catalog() {
  static const std::vector<WorkloadDescription> catalog = {
      {"register", register_summary},
      {"causal_register", causal_register_summary},
      {"bank", bank_summary}};
  return catalog;
}

namespace {

// Instead of the promise that the workload is usually held to. What else it is judged by (lost
// elements, the total of a bank) stays.
void hold_to(const RunPlan& plan, Workload& workload) {
  if (plan.promise.empty()) return;
  const auto& names = promise_names();
  const auto is_promise = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (plan.promise != "none" && !is_promise(plan.promise)) {
    std::vector<std::string> known = names;
    known.emplace_back("none");
    throw UsageError(fmt::format("no promise is called `{}`", plan.promise),
                     did_you_mean(plan.promise, known), plan.file);
  }
  std::erase_if(workload.checkers,
                [&](const auto& checker) { return is_promise(checker->name()); });
  if (plan.promise != "linearizable") workload.online.reset();
  if (plan.promise == "none") return;
  workload.checkers.insert(workload.checkers.begin(),
                           make_promise_checker(plan.promise, workload.model));
}

// Empty when there is none of that name.
std::optional<Workload> make_named(const RunPlan& plan) {
  if (plan.workload == "register") return make_register_workload(plan);
  if (plan.workload == "causal_register") return make_causal_register_workload(plan);
  if (plan.workload == "bank") return make_bank_workload(plan);
  return std::nullopt;
}

}  // namespace

Workload make_workload(const RunPlan& plan) {
  if (auto workload = make_named(plan)) {
    hold_to(plan, *workload);
    if (!plan.stop_on_anomaly || workload->online) return *std::move(workload);
    throw UsageError(
        fmt::format(
            "workload `{}` cannot be judged while it runs, so not stop at the first anomaly",
            plan.workload),
        "leave --stop-on-anomaly out; only linearizability of registers is judged while it runs",
        plan.file);
  }
  std::vector<std::string> known;
  for (const WorkloadDescription& workload : workload_catalog()) known.push_back(workload.name);
  const std::string near = nearest_word(plan.workload, known);
  throw UsageError(fmt::format("unknown workload `{}`", plan.workload),
                   near.empty() ? fmt::format("known are: {}", fmt::join(known, ", "))
                                : fmt::format("did you mean `{}`?", near),
                   plan.file);
}

}  // namespace faultrig
