#include "workloads/delete.hpp"

#include "checkers/invariants/activity.hpp"
#include "harness/generators/phases.hpp"
#include "workloads/delete_load.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"
#include "workloads/register.hpp"

namespace faultrig {
namespace {

DeleteLoadOptions read_options(const Options& options) {
  options.expect_only({"keys", "write_weight", "read_weight", "delete_weight", "promise",
                       "quiet_ms", "final_reads"});
  DeleteLoadOptions load;
  load.keys = static_cast<int>(options.integer("keys", load.keys, 1, 1'000));
  load.write_weight = read_weight(options, "write", load.write_weight);
  load.read_weight = read_weight(options, "read", load.read_weight);
  load.delete_weight = read_weight(options, "delete", load.delete_weight);
  if (load.write_weight == 0 || load.read_weight == 0 || load.delete_weight == 0) {
    throw options.error("write_weight", "without writes, reads and deletions nothing can come back",
                        "give write_weight, read_weight and delete_weight values above 0");
  }
  return load;
}

// Workers are dealt out to nodes in turn, so those of one node have places that differ by the
// number of nodes; they share the keys.
std::vector<OperationSpec> final_reads_of(const UsedKeys& used, std::size_t nodes,
                                          std::size_t place, std::size_t workers) {
  const std::size_t node = place % nodes;
  const auto sharers = static_cast<std::int64_t>((workers - node + nodes - 1) / nodes);
  std::vector<OperationSpec> reads;
  for (auto i = static_cast<std::int64_t>(place / nodes);; i += sharers) {
    const bool is_listed = i < static_cast<std::int64_t>(used.live.size());
    if (!is_listed && i >= used.begun) break;
    const std::int64_t key = is_listed ? used.live[static_cast<std::size_t>(i)] : i;
    reads.push_back({"read", Value("final"), Value(key)});
  }
  return reads;
}

// The first round shows that clients are served, also without a minority; what it sees may be old.
GeneratorPtr final_reads(const std::shared_ptr<const UsedKeys>& used, const RunPlan& plan) {
  FinalPhase first;
  first.steps = [](std::size_t, std::size_t) {
    return std::vector<OperationSpec>{{"read", Value(), Value(0)}};
  };
  first.patience = plan.settle;
  FinalPhase last;
  last.steps = [used, nodes = static_cast<std::size_t>(plan.nodes)](std::size_t place,
                                                                    std::size_t workers) {
    return final_reads_of(*used, nodes, place, workers);
  };
  last.quiet = quiet_before_agreement(plan);
  last.patience = plan.settle;
  return phases({final_operations(std::move(first)), final_operations(std::move(last))});
}

}  // namespace

Workload make_delete_workload(const RunPlan& plan) {
  const Options& options = plan.workload_options;
  const DeleteLoadOptions load = read_options(options);
  const Promise promise = read_promise(options, Promise::eventual);
  const auto used = std::make_shared<UsedKeys>();
  used->live = scripted_keys(plan);
  Workload workload;
  workload.name = "delete";
  workload.summary = delete_summary;
  workload.model = "register";
  workload.codec = std::make_unique<RegisterCodec>();
  workload.main = main_phase(plan, {"write", "delete", "read"}, delete_load(load, used));
  if (options.boolean("final_reads", true)) workload.final = final_reads(used, plan);
  workload.checkers.push_back(make_invariant_checker("deleted", promise));
  judge_agreement(plan, workload);
  workload.checkers.push_back(
      std::make_unique<ActivityChecker>(required_kinds(plan, {{"write"}, {"delete"}, {"read"}})));
  return workload;
}

}  // namespace faultrig
