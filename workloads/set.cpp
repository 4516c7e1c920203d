#include "workloads/set.hpp"

#include "checkers/invariants/activity.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/phases.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

struct SetOptions {
  bool is_broadcast = false;
  Promise promise = Promise::eventual;
  std::vector<KindWeight> kinds;  // the word for adding, and "read"
  const std::string& add() const { return kinds.front().f; }
};

SetOptions read_options(const Options& options) {
  options.expect_only(
      {"bodies", "promise", "add_weight", "read_weight", "quiet_ms", "final_reads"});
  SetOptions set;
  const std::string bodies = options.text("bodies", "g-set");
  if (bodies != "g-set" && bodies != "broadcast") {
    throw options.error("bodies", "bodies `" + bodies + "`", "write g-set or broadcast");
  }
  set.is_broadcast = bodies == "broadcast";
  set.promise = read_promise(options, Promise::eventual);
  set.kinds = read_weights(options, {{"add", 19}, {"read", 1}});
  if (set.is_broadcast) set.kinds.front().f = "broadcast";
  return set;
}

GeneratorPtr set_load(const SetOptions& set) {
  using Next = std::optional<std::pair<OperationSpec, std::int64_t>>;
  return from_state(std::int64_t{0},
                    [set](std::int64_t next, const GeneratorContext& context) -> Next {
                      const std::string& kind = draw_kind(set.kinds, *context.random);
                      if (kind == "read") return std::pair(OperationSpec{"read"}, next);
                      return std::pair(OperationSpec{kind, Value(next)}, next + 1);
                    });
}

// Where the nodes promise to agree, a first round shows that clients are served before the wait.
GeneratorPtr final_reads(const RunPlan& plan) {
  FinalPhase last;
  last.steps = [](std::size_t, std::size_t) {
    return std::vector<OperationSpec>{{"read", Value("final")}};
  };
  last.quiet = quiet_before_agreement(plan);
  last.patience = plan.settle;
  if (plan.convergence.count() == 0) return final_operations(std::move(last));
  FinalPhase first;
  first.steps = [](std::size_t, std::size_t) { return std::vector<OperationSpec>{{"read"}}; };
  first.patience = plan.settle;
  return phases({final_operations(std::move(first)), final_operations(std::move(last))});
}

}  // namespace

Value SetCodec::request(const Invocation& invocation) const {
  Value::Map body{{"type", invocation.f}};
  if (invocation.f == "add") body.emplace_back("element", invocation.value);
  if (invocation.f == "broadcast") body.emplace_back("message", invocation.value);
  return Value(std::move(body));
}

Completion SetCodec::reply(const Invocation& invocation, const Value& body) const {
  const auto refused = completion_unless(invocation.f + "_ok", *this, invocation, body);
  if (refused) return *refused;
  if (invocation.f != "read") return {Outcome::ok, invocation.value, std::nullopt};
  const Value* elements = body.find(elements_field_);
  if (elements == nullptr || !elements->is_list()) {
    return wrong_shape("read_ok with a list of " + elements_field_, body);
  }
  return {Outcome::ok, *elements, std::nullopt};
}

Workload make_set_workload(const RunPlan& plan) {
  const SetOptions set = read_options(plan.workload_options);
  Workload workload;
  workload.name = "set";
  workload.summary = set_summary;
  workload.has_promise_option = true;
  workload.model = "set";
  workload.codec = std::make_unique<SetCodec>(set.is_broadcast ? "messages" : "value");
  workload.main = main_phase(plan, {set.add(), "read"}, set_load(set));
  workload.probe = probe_with({"read"});
  if (plan.workload_options.boolean("final_reads", true)) workload.final = final_reads(plan);
  workload.checkers.push_back(make_invariant_checker("set-full", set.promise));
  judge_agreement(plan, workload);
  workload.checkers.push_back(std::make_unique<ActivityChecker>(required_kinds(plan, set.kinds)));
  return workload;
}

}  // namespace faultrig
