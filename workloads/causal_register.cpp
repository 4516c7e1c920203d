#include "workloads/causal_register.hpp"

#include <set>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/invariants/activity.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/causal_register_load.hpp"
#include "workloads/operation_script.hpp"
#include "workloads/parts.hpp"
#include "workloads/register.hpp"
#include "workloads/register_load.hpp"

namespace faultrig {
namespace {

CausalRegisterLoadOptions read_options(const Options& options) {
  options.expect_only({"keys", "read_weight", "write_weight", "stray_percent", "final_reads"});
  CausalRegisterLoadOptions load;
  load.keys = static_cast<int>(options.integer("keys", load.keys, 1, 1'000));
  load.read_weight = read_weight(options, "read", load.read_weight);
  load.write_weight = read_weight(options, "write", load.write_weight);
  load.stray_percent =
      static_cast<int>(options.integer("stray_percent", load.stray_percent, 0, 100));
  if (load.read_weight + load.write_weight == 0) {
    throw options.error("read_weight", "all weights are 0, so there is nothing to do",
                        "give read_weight or write_weight a value above 0");
  }
  return load;
}

// The kinds of operation without which the run did not do what the plan asked for.
std::vector<std::string> required_kinds(const CausalRegisterLoadOptions& load,
                                        const RunPlan& plan) {
  std::set<std::string> kinds;
  for (const Options& step : plan.workload_script) kinds.insert(step.text("f", ""));
  if (plan.workload_script.empty() && load.read_weight > 0) kinds.insert("read");
  if (plan.workload_script.empty() && load.write_weight > 0) kinds.insert("write");
  return {kinds.begin(), kinds.end()};
}

// Every key there may be; for a script those that it names.
UsedKeys keys_of(const CausalRegisterLoadOptions& load, const RunPlan& plan) {
  UsedKeys keys{scripted_keys(plan), 0};
  for (int key = 0; plan.workload_script.empty() && key < load.keys; ++key) {
    keys.live.push_back(key);
  }
  return keys;
}

std::vector<std::unique_ptr<Checker>> checkers_of(const CausalRegisterLoadOptions& load,
                                                  const RunPlan& plan) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(make_causal_checker(CausalLevel::causal_convergence));
  checkers.push_back(std::make_unique<ActivityChecker>(required_kinds(load, plan)));
  return checkers;
}

}  // namespace

Workload make_causal_register_workload(const RunPlan& plan) {
  const CausalRegisterLoadOptions load = read_options(plan.workload_options);
  Workload workload;
  workload.name = "causal_register";
  workload.summary = causal_register_summary;
  workload.model = "register";
  workload.codec = std::make_unique<RegisterCodec>();
  workload.main = clients(causal_register_load(load));
  if (!plan.workload_script.empty()) {
    workload.main = clients(scripted_operations(
        read_operation_script(plan.workload_script, {"read", "write"}, plan.clients)));
  } else if (plan.rate > 0) {
    workload.main = stagger(Duration(std::chrono::seconds(1)) / plan.rate, workload.main);
  }
  if (plan.workload_options.boolean("final_reads", true)) {
    const auto used = std::make_shared<UsedKeys>(keys_of(load, plan));
    workload.final = clients(reads_after_agreement(used, plan));
  }
  workload.checkers = checkers_of(load, plan);
  judge_agreement(plan, workload);
  return workload;
}

}  // namespace faultrig
