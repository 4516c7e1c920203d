#include "workloads/register.hpp"

#include "checkers/invariants/activity.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "checkers/linearizability/online_register.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/parts.hpp"
#include "workloads/register_load.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t missing_key = static_cast<std::int64_t>(ErrorCode::key_does_not_exist);

RegisterLoadOptions read_options(const Options& options, int clients) {
  options.expect_only({"keys", "operations_per_key", "distinct", "values", "read_weight",
                       "write_weight", "cas_weight", "readers", "final_reads"});
  RegisterLoadOptions load;
  load.keys = static_cast<int>(options.integer("keys", load.keys, 1, 1'000));
  load.operations_per_key = static_cast<int>(
      options.integer("operations_per_key", load.operations_per_key, 1, 1'000'000));
  load.distinct = options.boolean("distinct", load.distinct);
  load.values = options.integer("values", load.values, 1, 1'000'000);
  load.read_weight = read_weight(options, "read", load.read_weight);
  load.write_weight = read_weight(options, "write", load.write_weight);
  load.cas_weight = read_weight(options, "cas", load.cas_weight);
  if (load.read_weight + load.write_weight + load.cas_weight == 0) {
    throw options.error("read_weight", "all weights are 0, so there is nothing to do",
                        "give read_weight, write_weight or cas_weight a value above 0");
  }
  // With twice as many clients as nodes, every node has one reader and one that also writes. Were
  // all of them readers, no weight would count: nothing would be written, so nothing tested.
  const bool only_reads = load.write_weight + load.cas_weight == 0;
  const int most_readers = only_reads ? clients : clients - 1;
  load.readers = static_cast<int>(options.integer("readers", clients / 2, 0, most_readers));
  return load;
}

}  // namespace

Value RegisterCodec::request(const Invocation& invocation) const {
  Value::Map body{{"type", invocation.f}, {"key", invocation.key.value_or(Value())}};
  if (invocation.f == "write") body.emplace_back("value", invocation.value);
  if (invocation.f == "cas") {
    body.emplace_back("from", invocation.value.as_list().at(0));
    body.emplace_back("to", invocation.value.as_list().at(1));
  }
  return Value(std::move(body));
}

Completion RegisterCodec::reply(const Invocation& invocation, const Value& body) const {
  const bool is_missing =
      body.string_or("type", "") == "error" && body.integer_or("code", 13) == missing_key;
  if (invocation.f == "read" && is_missing) return {Outcome::ok, Value(), std::nullopt};
  const auto refused = completion_unless(invocation.f + "_ok", *this, invocation, body);
  if (refused) return *refused;
  // What took effect is the argument, as Jepsen's clients return it.
  if (invocation.f != "read") return {Outcome::ok, invocation.value, std::nullopt};
  const Value* value = body.find("value");
  if (value == nullptr) return wrong_shape("read_ok with a value", body);
  return {Outcome::ok, *value, std::nullopt};
}

Workload make_register_workload(const RunPlan& plan) {
  const RegisterLoadOptions load = read_options(plan.workload_options, plan.clients);
  auto used = std::make_shared<UsedKeys>();
  Workload workload;
  workload.name = "register";
  workload.summary = register_summary;
  workload.model = "cas-register";
  workload.codec = std::make_unique<RegisterCodec>();
  workload.main = main_phase(plan, {"read", "write", "cas"}, register_load(load, used));
  used->live = scripted_keys(plan);
  if (plan.workload_options.boolean("final_reads", true)) {
    workload.final = clients(register_final_reads(used, plan.settle));
  }
  workload.checkers.push_back(make_linearizability_checker(workload.model));
  workload.online = make_online_linearizability(workload.model);
  const std::uint64_t reads = load.read_weight + static_cast<std::uint64_t>(load.readers);
  workload.checkers.push_back(std::make_unique<ActivityChecker>(required_kinds(
      plan, {{"read", reads}, {"write", load.write_weight}, {"cas", load.cas_weight}})));
  return workload;
}

}  // namespace faultrig
