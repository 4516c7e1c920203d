#include "workloads/session.hpp"

#include "checkers/causal/causal_checker.hpp"
#include "checkers/invariants/activity.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/parts.hpp"
#include "workloads/register.hpp"
#include "workloads/register_load.hpp"
#include "workloads/session_load.hpp"

namespace faultrig {
namespace {

SessionLoadOptions read_options(const Options& options) {
  options.expect_only({"pairs", "reads_again", "final_reads"});
  SessionLoadOptions load;
  load.pairs = static_cast<int>(options.integer("pairs", load.pairs, 1, 1'000));
  load.reads_again = static_cast<int>(options.integer("reads_again", load.reads_again, 1, 100));
  return load;
}

}  // namespace

Workload make_session_workload(const RunPlan& plan) {
  const SessionLoadOptions load = read_options(plan.workload_options);
  Workload workload;
  workload.name = "session";
  workload.summary = session_summary;
  workload.model = "register";
  workload.codec = std::make_unique<RegisterCodec>();
  workload.main = main_phase(plan, {"read", "write"}, session_load(load));
  if (plan.workload_options.boolean("final_reads", true)) {
    workload.final = clients(reads_after_agreement(2 * load.pairs, plan));
  }
  for (const CausalLevel guarantee :
       {CausalLevel::read_your_writes, CausalLevel::monotonic_reads, CausalLevel::monotonic_writes,
        CausalLevel::writes_follow_reads}) {
    workload.checkers.push_back(make_single_level_checker(guarantee));
  }
  judge_agreement(plan, workload);
  workload.checkers.push_back(
      std::make_unique<ActivityChecker>(required_kinds(plan, {{"read"}, {"write"}})));
  return workload;
}

}  // namespace faultrig
