#include "workloads/bank.hpp"

#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/bank.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

// Between two final reads of a worker, so that one that is refused at once does not run hot.
constexpr Duration between_final_reads = std::chrono::milliseconds(100);

struct BankOptions {
  std::int64_t accounts = 8;
  std::int64_t total = 100;
  std::int64_t max_transfer = 5;
  bool may_overdraw = false;
  std::uint64_t read_weight = 1, transfer_weight = 2;
};

BankOptions read_options(const Options& options) {
  options.expect_only({"accounts", "total", "max_transfer", "may_overdraw", "read_weight",
                       "transfer_weight", "final_reads"});
  BankOptions bank;
  bank.accounts = options.integer("accounts", bank.accounts, 2, 10'000);
  bank.total = options.integer("total", bank.total, 0, 1'000'000'000'000);
  bank.max_transfer = options.integer("max_transfer", bank.max_transfer, 1, 1'000'000'000'000);
  bank.may_overdraw = options.boolean("may_overdraw", bank.may_overdraw);
  bank.read_weight = read_weight(options, "read", bank.read_weight);
  bank.transfer_weight = read_weight(options, "transfer", bank.transfer_weight);
  if (bank.read_weight + bank.transfer_weight == 0) {
    throw options.error("read_weight", "both weights are 0, so there is nothing to do",
                        "give read_weight or transfer_weight a value above 0");
  }
  return bank;
}

OperationSpec draw(const BankOptions& bank, Random& random) {
  if (random.below(bank.read_weight + bank.transfer_weight) < bank.read_weight) return {"read"};
  const std::int64_t from = random.between(0, bank.accounts - 1);
  const std::int64_t step = random.between(1, bank.accounts - 1);
  return {"transfer", Value::map({{"amount", random.between(1, bank.max_transfer)},
                                  {"from", from},
                                  {"to", (from + step) % bank.accounts}})};
}

GeneratorPtr bank_load(const BankOptions& bank) {
  return from_function([bank](const GeneratorContext& context) -> std::optional<OperationSpec> {
    return draw(bank, *context.random);
  });
}

BankRules rules_of(const BankOptions& bank) {
  BankRules rules;
  rules.total = bank.total;
  rules.may_overdraw = bank.may_overdraw;
  for (std::int64_t account = 0; account < bank.accounts; ++account) {
    rules.accounts.push_back(std::to_string(account));
  }
  return rules;
}

}  // namespace

Value BankCodec::request(const Invocation& invocation) const {
  Value::Map body;
  if (invocation.value.is_map()) body = invocation.value.as_map();
  body.emplace_back("type", invocation.f);
  return Value(std::move(body));
}

Completion BankCodec::reply(const Invocation& invocation, const Value& body) const {
  const std::string type = body.string_or("type", "");
  if (type == "error") return completion_of_error(*this, invocation, body);
  const std::string expected = invocation.f + "_ok";
  if (type != expected) return wrong_shape(expected, body);
  // What took effect is the argument, as Jepsen's clients return it.
  if (invocation.f != "read") return {Outcome::ok, invocation.value, std::nullopt};
  const Value* balances = body.find("balances");
  if (balances == nullptr || !balances->is_map()) {
    return wrong_shape("read_ok with a map of balances", body);
  }
  return {Outcome::ok, *balances, std::nullopt};
}

Workload make_bank_workload(const RunPlan& plan) {
  const BankOptions bank = read_options(plan.workload_options);
  Workload workload;
  workload.name = "bank";
  workload.summary = bank_summary;
  workload.model = "bank";
  workload.codec = std::make_unique<BankCodec>();
  workload.main = main_phase(plan, {"read", "transfer"}, bank_load(bank));
  if (plan.workload_options.boolean("final_reads", true)) {
    workload.final =
        clients(each_thread(until_ok(delay(between_final_reads, repeat(operation("read"))))));
  }
  workload.checkers.push_back(std::make_unique<BankChecker>(rules_of(bank)));
  workload.checkers.push_back(std::make_unique<ActivityChecker>(
      required_kinds(plan, {{"read", bank.read_weight}, {"transfer", bank.transfer_weight}})));
  return workload;
}

}  // namespace faultrig
