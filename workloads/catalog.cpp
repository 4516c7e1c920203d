// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checkers/promises.hpp"
#include "workloads/bank.hpp"
#include "workloads/cart.hpp"
#include "workloads/causal_register.hpp"
#include "workloads/counter.hpp"
#include "workloads/long_fork.hpp"
#include "workloads/queue.hpp"
#include "workloads/register.hpp"
#include "workloads/set.hpp"
#include "workloads/unique_ids.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

struct Entry {
  WorkloadDescription description;
  Workload (*make)(const RunPlan& plan);
};

const std::vector<Entry>& table() {
  static const std::vector<Entry> entries = {
      {{"register", register_summary}, make_register_workload},
      {{"causal_register", causal_register_summary}, make_causal_register_workload},
      {{"bank", bank_summary}, make_bank_workload},
      {{"cart", cart_summary}, make_cart_workload},
      {{"set", set_summary}, make_set_workload},
      {{"queue", queue_summary}, make_queue_workload},
      {{"counter", counter_summary}, make_counter_workload},
      {{"unique_ids", unique_ids_summary}, make_unique_ids_workload},
      {{"long_fork", long_fork_summary}, make_long_fork_workload},
  };
  return entries;
}

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

Workload made_by(const Entry& entry, const RunPlan& plan) {
  Workload workload = entry.make(plan);
  hold_to(plan, workload);
  if (!plan.stop_on_anomaly || workload.online) return workload;
  throw UsageError(
      fmt::format("workload `{}` cannot be judged while it runs, so not stop at the first anomaly",
                  plan.workload),
      "leave --stop-on-anomaly out; only linearizability of registers is judged while it runs",
      plan.file);
}

}  // namespace

const std::vector<WorkloadDescription>& workload_catalog() {
  static const std::vector<WorkloadDescription> catalog = [] {
    std::vector<WorkloadDescription> all;
    for (const Entry& entry : table()) all.push_back(entry.description);
    return all;
  }();
  return catalog;
}

Workload make_workload(const RunPlan& plan) {
  std::vector<std::string> known;
  for (const Entry& entry : table()) {
    if (entry.description.name == plan.workload) return made_by(entry, plan);
    known.push_back(entry.description.name);
  }
  const std::string near = nearest_word(plan.workload, known);
  throw UsageError(fmt::format("unknown workload `{}`", plan.workload),
                   near.empty() ? fmt::format("known are: {}", fmt::join(known, ", "))
                                : fmt::format("did you mean `{}`?", near),
                   plan.file);
}

}  // namespace faultrig
