#include "workloads/queue.hpp"

#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/total_queue.hpp"
#include "harness/generators/basics.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

GeneratorPtr queue_load(const std::vector<KindWeight>& kinds) {
  using Next = std::optional<std::pair<OperationSpec, std::int64_t>>;
  return from_state(std::int64_t{1},
                    [kinds](std::int64_t next, const GeneratorContext& context) -> Next {
                      const std::string& kind = draw_kind(kinds, *context.random);
                      if (kind == "dequeue") return std::pair(OperationSpec{kind}, next);
                      return std::pair(OperationSpec{kind, Value(next)}, next + 1);
                    });
}

}  // namespace

Value QueueCodec::request(const Invocation& invocation) const {
  Value::Map body{{"type", invocation.f}};
  if (invocation.f == "enqueue") body.emplace_back("value", invocation.value);
  return Value(std::move(body));
}

Completion QueueCodec::reply(const Invocation& invocation, const Value& body) const {
  const auto refused = completion_unless(invocation.f + "_ok", *this, invocation, body);
  if (refused) return *refused;
  if (invocation.f == "enqueue") return {Outcome::ok, invocation.value, std::nullopt};
  const Value* value = body.find("value");
  if (value == nullptr) return wrong_shape("dequeue_ok with a value", body);
  return {Outcome::ok, *value, std::nullopt};
}

Workload make_queue_workload(const RunPlan& plan) {
  const Options& options = plan.workload_options;
  options.expect_only({"at_least_once", "enqueue_weight", "dequeue_weight", "quiet_ms", "drain"});
  const std::vector<KindWeight> kinds = read_weights(options, {{"enqueue", 1}, {"dequeue", 1}});
  Workload workload;
  workload.name = "queue";
  workload.summary = queue_summary;
  workload.is_hard_to_order = true;
  workload.model = "unordered-queue";
  workload.codec = std::make_unique<QueueCodec>();
  workload.main = main_phase(plan, {"enqueue", "dequeue"}, queue_load(kinds));
  workload.probe = probe_with({"dequeue"});
  FinalPhase drain;
  drain.steps = [](std::size_t, std::size_t) { return std::vector<OperationSpec>{{"dequeue"}}; };
  drain.is_done = [](const Event& event) { return event.value.is_nil(); };
  drain.quiet = read_quiet(options);
  drain.patience = plan.settle;
  if (options.boolean("drain", true)) workload.final = final_operations(std::move(drain));
  workload.checkers.push_back(
      make_total_queue_checker({.at_least_once = options.boolean("at_least_once", false)}));
  workload.checkers.push_back(std::make_unique<ActivityChecker>(required_kinds(plan, kinds)));
  return workload;
}

}  // namespace faultrig
