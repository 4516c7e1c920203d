// The workloads there are: one plain table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "checkers/promises.hpp"
#include "workloads/bank.hpp"
#include "workloads/cart.hpp"
#include "workloads/causal_register.hpp"
#include "workloads/counter.hpp"
#include "workloads/delete.hpp"
#include "workloads/long_fork.hpp"
#include "workloads/queue.hpp"
#include "workloads/register.hpp"
#include "workloads/session.hpp"
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
      {{"register",
        register_summary,
        {"partition", "kill", "pause"},
        "each key is a linearizable register",
        {"linearizable"}},
       make_register_workload},
      {{"causal_register",
        causal_register_summary,
        {"partition", "kill", "pause", "packet"},
        "causal convergence, to clients that stay with their node",
        {"causal-convergence"}},
       make_causal_register_workload},
      {{"session",
        session_summary,
        {"partition", "kill", "pause", "packet"},
        "the four session guarantees, to clients that stay with their node",
        {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads"}},
       make_session_workload},
      {{"bank",
        bank_summary,
        {"partition", "kill", "pause"},
        "transfers and reads of all accounts are transactions; snapshot isolation or more",
        {"snapshot-isolation"}},
       make_bank_workload},
      {{"cart",
        cart_summary,
        {"partition", "kill", "pause", "packet"},
        "what is added on both sides of a cut is merged, and all nodes agree in the end",
        {"convergent"}},
       make_cart_workload},
      {{"delete",
        delete_summary,
        {"partition", "kill", "pause", "packet"},
        "a deletion covers what its client wrote before, and is never undone",
        {"convergent", "deleted-stays-deleted"}},
       make_delete_workload},
      {{"set",
        set_summary,
        {"partition", "kill", "pause", "packet"},
        "what one node acknowledged reaches all without further adds",
        {"convergent"}},
       make_set_workload},
      {{"queue",
        queue_summary,
        {"partition", "kill", "pause"},
        "a dequeue that was answered with null found the queue empty",
        {"linearizable"}},
       make_queue_workload},
      {{"counter",
        counter_summary,
        {"partition", "kill", "pause", "packet"},
        "an add counts once, and in the end for all nodes",
        {"convergent"}},
       make_counter_workload},
      {{"unique_ids",
        unique_ids_summary,
        {"kill", "pause", "clock"},
        "no id is given out twice, whatever became of its node",
        {"unique-ids"}},
       make_unique_ids_workload},
      {{"long_fork",
        long_fork_summary,
        {"partition", "kill", "pause"},
        "snapshot isolation or more, for transactions that only read",
        {"snapshot-isolation"}},
       make_long_fork_workload},
  };
  return entries;
}

// What contains what among the words that only manifests use, directly.
struct Containment {
  std::string_view stronger;
  std::string_view weaker;
};
constexpr Containment containments[] = {
    {"strict-serializable", "linearizable"},   {"strict-serializable", "serializable"},
    {"serializable", "snapshot-isolation"},    {"linearizable", "convergent"},
    {"linearizable", "deleted-stays-deleted"}, {"linearizable", "unique-ids"},
};

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
  if (plan.promise != "none" && workload.model.empty()) {
    throw UsageError(
        fmt::format("workload `{}` cannot be held to a promise: its operations have no "
                    "order that could be wrong",
                    plan.workload),
        "leave --promise out", plan.file);
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

const WorkloadDescription* find_workload(const std::string& name) {
  for (const WorkloadDescription& workload : workload_catalog()) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

bool manifest_promise_implies(const std::string& stronger, const std::string& weaker) {
  if (stronger == weaker || promise_implies(stronger, weaker)) return true;
  return std::any_of(std::begin(containments), std::end(containments),
                     [&](const Containment& containment) {
                       return containment.stronger == stronger &&
                              manifest_promise_implies(std::string(containment.weaker), weaker);
                     });
}

std::vector<std::string> unpromised(const std::vector<std::string>& needed,
                                    const std::vector<std::string>& promises) {
  std::vector<std::string> missing;
  for (const std::string& word : needed) {
    const bool is_promised =
        promises.empty() ||
        std::any_of(promises.begin(), promises.end(), [&](const std::string& promise) {
          return manifest_promise_implies(promise, word);
        });
    if (!is_promised) missing.push_back(word);
  }
  return missing;
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
