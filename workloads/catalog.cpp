// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

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
