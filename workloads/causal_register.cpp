#include "workloads/causal_register.hpp"

#include "checkers/causal/causal_checker.hpp"
#include "checkers/invariants/activity.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/causal_register_load.hpp"
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

}  // namespace

Workload make_causal_register_workload(const RunPlan& plan) {
  const CausalRegisterLoadOptions load = read_options(plan.workload_options);
  Workload workload;
  workload.name = "causal_register";
  workload.summary = causal_register_summary;
  workload.model = "register";
  workload.codec = std::make_unique<RegisterCodec>();
  workload.main = main_phase(plan, {"read", "write"}, causal_register_load(load));
  if (plan.workload_options.boolean("final_reads", true)) {
    workload.final = clients(reads_after_agreement(load.keys, plan));
  }
  workload.checkers.push_back(make_causal_checker(CausalLevel::causal_convergence));
  workload.checkers.push_back(std::make_unique<ActivityChecker>(
      required_kinds(plan, {{"read", load.read_weight}, {"write", load.write_weight}})));
  judge_agreement(plan, workload);
  return workload;
}

}  // namespace faultrig
