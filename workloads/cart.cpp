#include "workloads/cart.hpp"

#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/cart.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/generators/transform.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/cart_load.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t missing_key = 20;

CartLoadOptions read_options(const Options& options) {
  options.expect_only({"carts", "operations_per_cart", "add_weight", "read_weight", "delete_weight",
                       "final_reads"});
  CartLoadOptions load;
  load.carts = static_cast<int>(options.integer("carts", load.carts, 1, 1'000));
  load.operations_per_cart =
      static_cast<int>(options.integer("operations_per_cart", load.operations_per_cart, 1, 10'000));
  load.add_weight = read_weight(options, "add", load.add_weight);
  load.read_weight = read_weight(options, "read", load.read_weight);
  load.delete_weight = read_weight(options, "delete", load.delete_weight);
  if (load.add_weight == 0) {
    throw options.error("add_weight", "nothing is ever added, so nothing can be missing",
                        "give add_weight a value above 0");
  }
  return load;
}

// The first round shows that clients are served, also without a minority; what it sees may be old.
// Then there is time for what the target promises, and only the second round is judged.
GeneratorPtr reads_after_convergence(const std::shared_ptr<UsedKeys>& used, const RunPlan& plan) {
  GeneratorPtr (*const pause)(Duration) = &sleep;
  return phases({register_final_reads(used, plan.settle), pause(plan.convergence),
                 f_map({{"read", final_read}}, register_final_reads(used, plan.settle))});
}

bool is_read(const Invocation& invocation) {
  return invocation.f == "read" || invocation.f == final_read;
}

}  // namespace

Value CartCodec::request(const Invocation& invocation) const {
  Value::Map body{{"type", is_read(invocation) ? std::string("read") : invocation.f},
                  {"key", invocation.key.value_or(Value())}};
  if (invocation.f == "add") body.emplace_back("element", invocation.value);
  return Value(std::move(body));
}

Completion CartCodec::reply(const Invocation& invocation, const Value& body) const {
  const std::string type = body.string_or("type", "");
  if (type == "error") {
    const bool is_missing = body.integer_or("code", 13) == missing_key;
    if (is_read(invocation) && is_missing) return {Outcome::ok, Value(Value::List()), std::nullopt};
    return completion_of_error(*this, invocation, body);
  }
  const std::string expected = is_read(invocation) ? "read_ok" : invocation.f + "_ok";
  if (type != expected) return wrong_shape(expected, body);
  if (!is_read(invocation)) return {Outcome::ok, invocation.value, std::nullopt};
  const Value* value = body.find("value");
  if (value == nullptr || !value->is_list()) return wrong_shape("read_ok with a list", body);
  return {Outcome::ok, *value, std::nullopt};
}

bool CartCodec::is_idempotent(const Invocation& invocation) const { return is_read(invocation); }

Workload make_cart_workload(const RunPlan& plan) {
  const CartLoadOptions load = read_options(plan.workload_options);
  const auto used = std::make_shared<UsedKeys>();
  Workload workload;
  workload.name = "cart";
  workload.summary = cart_summary;
  workload.model = "set";
  workload.codec = std::make_unique<CartCodec>();
  workload.main = main_phase(plan, {"add", "read", "delete"}, cart_load(load, used));
  used->live = scripted_keys(plan);
  if (plan.workload_options.boolean("final_reads", true)) {
    workload.final = clients(reads_after_convergence(used, plan));
  }
  workload.checkers.push_back(std::make_unique<CartChecker>());
  judge_agreement(plan, workload);
  std::vector<std::string> kinds = required_kinds(
      plan, {{"add", load.add_weight}, {"read", load.read_weight}, {"delete", load.delete_weight}});
  if (workload.final != nullptr) kinds.push_back(final_read);
  workload.checkers.push_back(std::make_unique<ActivityChecker>(std::move(kinds)));
  return workload;
}

}  // namespace faultrig
