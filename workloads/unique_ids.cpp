#include "workloads/unique_ids.hpp"

#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/unique_ids.hpp"
#include "harness/generators/basics.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t final_ids = 10;  // of each client

}  // namespace

Value UniqueIdsCodec::request(const Invocation& invocation) const {
  return Value::map({{"type", Value(invocation.f)}});
}

Completion UniqueIdsCodec::reply(const Invocation& invocation, const Value& body) const {
  const auto refused = completion_unless(invocation.f + "_ok", *this, invocation, body);
  if (refused) return *refused;
  const Value* id = body.find("id");
  if (id == nullptr || id->is_nil()) return wrong_shape("generate_ok with an id", body);
  return {Outcome::ok, *id, std::nullopt};
}

Workload make_unique_ids_workload(const RunPlan& plan) {
  const Options& options = plan.workload_options;
  options.expect_only({"final_ids"});
  const std::int64_t last_ids = options.integer("final_ids", final_ids, 0, 10'000);
  Workload workload;
  workload.name = "unique_ids";
  workload.summary = unique_ids_summary;
  workload.is_hard_to_order = true;
  workload.codec = std::make_unique<UniqueIdsCodec>();
  workload.main = main_phase(plan, {"generate"}, repeat(operation("generate")));
  FinalPhase last;
  last.steps = [last_ids](std::size_t, std::size_t) {
    return std::vector<OperationSpec>(static_cast<std::size_t>(last_ids), {"generate"});
  };
  last.patience = plan.settle;
  if (last_ids > 0) workload.final = final_operations(std::move(last));
  workload.checkers.push_back(make_unique_ids_checker());
  workload.checkers.push_back(
      std::make_unique<ActivityChecker>(std::vector<std::string>{"generate"}));
  return workload;
}

}  // namespace faultrig
