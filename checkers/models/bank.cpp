#include "checkers/models/bank.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::string account_name(const Value& value) {
  return value.is_string() ? value.as_string() : value.to_string();
}

void add_to(Value::Map& balances, const std::string& account, std::int64_t amount) {
  for (auto& [name, balance] : balances) {
    if (name != account) continue;
    balance = sum(balance.as_integer(), amount);
    return;
  }
  balances.emplace_back(account, amount);
}

// Accounts with nothing on them are as good as absent: a store may or may not list them.
Value::Map without_zeros(Value::Map balances) {
  std::erase_if(balances, [](const Value::Field& field) { return field.second == Value(0); });
  return balances;
}

bool are_balances(const Value& value) {
  if (!value.is_map()) return false;
  for (const auto& [account, balance] : value.as_map()) {
    if (!balance.is_integer()) return false;
  }
  return true;
}

}  // namespace

BankModel::BankModel(const Value& initial) : starts_unknown_(initial.is_nil()) {
  if (!initial.is_nil() && !are_balances(initial)) {
    throw ModelMismatch(fmt::format("a bank starts with a map of balances, or nil, not with {}",
                                    initial.to_string()));
  }
  initial_ = number_of(!starts_unknown_, starts_unknown_ ? Value::Map() : initial.as_map());
}

ModelState BankModel::number_of(bool is_known, Value::Map balances) {
  return states_.number_of(Value::list({is_known, Value(without_zeros(std::move(balances)))}));
}

BankModel::Command BankModel::compile(const Operation& operation) {
  if (operation.f == "read") {
    if (operation.outcome != Outcome::ok) return {Kind::unknown_read, 0};
    if (!are_balances(operation.output)) {
      refuse_value(operation, "returns a map of balances", operation.output);
    }
    return {Kind::read, number_of(true, operation.output.as_map())};
  }
  if (operation.f != "transfer") refuse_operation(operation, "bank", "transfer and read");
  const Value* from = operation.input.find("from");
  const Value* to = operation.input.find("to");
  const Value* amount = operation.input.find("amount");
  if (from == nullptr || to == nullptr || amount == nullptr || !amount->is_integer()) {
    refuse_value(operation, "takes {from, to, amount}", operation.input);
  }
  return {Kind::transfer,
          transfers_.number_of(Value::list({account_name(*from), account_name(*to), *amount}))};
}

std::optional<ModelState> BankModel::step(ModelState state, const Command& command) {
  if (command.kind == Kind::unknown_read) return state;
  const Value::List now = states_.value_of(state).as_list();
  const bool is_known = now[0].as_boolean();
  Value::Map balances = now[1].as_map();
  if (command.kind == Kind::transfer) {
    const Value::List& transfer = transfers_.value_of(command.what).as_list();
    const std::int64_t amount = transfer[2].as_integer();
    add_to(balances, transfer[0].as_string(), sum(~amount, 1));
    add_to(balances, transfer[1].as_string(), amount);
    return number_of(is_known, std::move(balances));
  }
  // Whatever the balances were before what was moved, they are now what was read.
  if (!is_known || state == command.what) return command.what;
  return std::nullopt;
}

std::string BankModel::refusal(ModelState state, const Command& command) const {
  if (command.kind != Kind::read) return "a transfer is always possible";
  return fmt::format("{}, the read returned {}", describe(state),
                     states_.value_of(command.what).as_list()[1].to_string());
}

std::string BankModel::describe(ModelState state) const {
  const Value::List& now = states_.value_of(state).as_list();
  return fmt::format("{} {}", now[0].as_boolean() ? "the balances are" : "so far were moved",
                     now[1].to_string());
}

}  // namespace faultrig
