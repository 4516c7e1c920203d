// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "workloads/cart.hpp"
#include "workloads/causal_register.hpp"
#include "workloads/register.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

const std::vector<WorkloadDescription>& workload_catalog() {
  static const std::vector<WorkloadDescription> catalog = {
      {"register", register_summary},
      {"causal_register", causal_register_summary},
      {"cart", cart_summary}};
  return catalog;
}

Workload make_workload(const RunPlan& plan) {
  if (plan.workload == "register") return make_register_workload(plan);
  if (plan.workload == "causal_register") return make_causal_register_workload(plan);
  if (plan.workload == "cart") return make_cart_workload(plan);
  std::vector<std::string> known;
  for (const WorkloadDescription& workload : workload_catalog()) known.push_back(workload.name);
  const std::string near = nearest_word(plan.workload, known);
  throw UsageError(fmt::format("unknown workload `{}`", plan.workload),
                   near.empty() ? fmt::format("known are: {}", fmt::join(known, ", "))
                                : fmt::format("did you mean `{}`?", near),
                   plan.file);
}

}  // namespace faultrig
