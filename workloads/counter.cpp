#include "workloads/counter.hpp"

#include "checkers/invariants/activity.hpp"
#include "harness/generators/basics.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

struct Deltas {
  std::int64_t most = 5;
  bool negative = false;
};

std::int64_t draw_delta(const Deltas& deltas, Random& random) {
  const std::int64_t size = random.between(1, deltas.most);
  return deltas.negative && random.below(2) == 0 ? -size : size;
}

GeneratorPtr counter_load(const std::vector<KindWeight>& kinds, const Deltas& deltas) {
  return from_function(
      [kinds, deltas](const GeneratorContext& context) -> std::optional<OperationSpec> {
        const std::string& kind = draw_kind(kinds, *context.random);
        if (kind == "read") return OperationSpec{"read"};
        return OperationSpec{kind, Value(draw_delta(deltas, *context.random))};
      });
}

}  // namespace

Value CounterCodec::request(const Invocation& invocation) const {
  Value::Map body{{"type", invocation.f}};
  if (invocation.f == "add") body.emplace_back("delta", invocation.value);
  return Value(std::move(body));
}

Completion CounterCodec::reply(const Invocation& invocation, const Value& body) const {
  const auto refused = completion_unless(invocation.f + "_ok", *this, invocation, body);
  if (refused) return *refused;
  if (invocation.f == "add") return {Outcome::ok, invocation.value, std::nullopt};
  const Value* value = body.find("value");
  if (value == nullptr || !value->is_integer()) {
    return wrong_shape("read_ok with an integer value", body);
  }
  return {Outcome::ok, *value, std::nullopt};
}

Workload make_counter_workload(const RunPlan& plan) {
  const Options& options = plan.workload_options;
  options.expect_only(
      {"most", "negative", "promise", "add_weight", "read_weight", "quiet_ms", "final_reads"});
  const std::vector<KindWeight> kinds = read_weights(options, {{"add", 2}, {"read", 1}});
  Deltas deltas;
  deltas.most = options.integer("most", deltas.most, 1, 1'000'000'000);
  deltas.negative = options.boolean("negative", deltas.negative);
  Workload workload;
  workload.name = "counter";
  workload.summary = counter_summary;
  workload.has_promise_option = true;
  workload.is_hard_to_order = true;
  workload.model = "counter";
  workload.codec = std::make_unique<CounterCodec>();
  workload.main = main_phase(plan, {"add", "read"}, counter_load(kinds, deltas));
  workload.probe = probe_with({"read"});
  FinalPhase last;
  last.steps = [](std::size_t, std::size_t) {
    return std::vector<OperationSpec>{{"read", Value("final")}};
  };
  last.quiet = read_quiet(options);
  last.patience = plan.settle;
  if (options.boolean("final_reads", true)) workload.final = final_operations(std::move(last));
  workload.checkers.push_back(
      make_invariant_checker("counter", read_promise(options, Promise::eventual)));
  workload.checkers.push_back(std::make_unique<ActivityChecker>(required_kinds(plan, kinds)));
  return workload;
}

}  // namespace faultrig
