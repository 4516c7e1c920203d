// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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
      {{"set", set_summary}, make_set_workload},
      {{"queue", queue_summary}, make_queue_workload},
      {{"counter", counter_summary}, make_counter_workload},
      {{"unique_ids", unique_ids_summary}, make_unique_ids_workload},
      {{"long_fork", long_fork_summary}, make_long_fork_workload},
  };
  return entries;
}

Workload made_by(const Entry& entry, const RunPlan& plan) {
  Workload workload = entry.make(plan);
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
