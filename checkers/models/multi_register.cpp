#include "checkers/models/multi_register.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace faultrig {
namespace {

constexpr std::uint32_t nil = 0;

// Keeps the keys in order, and leaves out what is nil.
void put(SequenceTable::Sequence& registers, std::uint32_t key, std::uint32_t value) {
  std::size_t at = 0;
  while (at < registers.size() && registers[at] < key) at += 2;
  const bool is_there = at < registers.size() && registers[at] == key;
  const auto place = registers.begin() + static_cast<std::ptrdiff_t>(at);
  if (value == nil) {
    if (is_there) registers.erase(place, place + 2);
  } else if (is_there) {
    registers[at + 1] = value;
  } else {
    registers.insert(place, {key, value});
  }
}

}  // namespace

MultiRegisterModel::MultiRegisterModel(const Value& initial) {
  values_.number_of(Value());  // number 0
  SequenceTable::Sequence registers;
  if (initial.is_map()) {
    for (const auto& [key, value] : initial.as_map()) {
      put(registers, values_.number_of(Value(key)), values_.number_of(value));
    }
  } else if (!initial.is_nil()) {
    throw ModelMismatch(fmt::format("registers start as nil or a map of values by key, not as {}",
                                    initial.to_string()));
  }
  initial_ = states_.number_of(std::move(registers));
}

MultiRegisterModel::Access MultiRegisterModel::access_of(const Value& text,
                                                         const Operation& operation) {
  const bool is_triple = text.is_list() && text.as_list().size() == 3;
  const Value name = is_triple ? text.as_list()[0] : Value();
  const bool is_write = name == Value("w") || name == Value("write");
  const bool is_read = name == Value("r") || name == Value("read");
  if (!is_write && !is_read) {
    refuse_value(operation, R"(takes a list of ["r", key, value] and ["w", key, value])", text);
  }
  const Value& key = text.as_list()[1];
  // Keys of a map are text, so 7 and "7" are one register.
  const Value spelled = key.is_string() ? key : Value(key.to_string());
  return {is_write, values_.number_of(spelled), values_.number_of(text.as_list()[2])};
}

MultiRegisterModel::Command MultiRegisterModel::compile(const Operation& operation) {
  if (operation.f != "txn" && operation.f != "read" && operation.f != "write") {
    refuse_operation(operation, "multi-register", "txn (also read and write)");
  }
  const bool is_ok = operation.outcome == Outcome::ok;
  const Value& text = is_ok && operation.output.is_list() ? operation.output : operation.input;
  if (!text.is_list()) {
    refuse_value(operation, R"(takes a list of ["r", key, value] and ["w", key, value])", text);
  }
  Transaction transaction{{}, false};
  for (const Value& item : text.as_list()) {
    const Access access = access_of(item, operation);
    // What an unknown transaction read is not known.
    if (!access.is_write && !is_ok) continue;
    transaction.accesses.push_back(access);
    transaction.writes = transaction.writes || access.is_write;
  }
  const Value name = Value::list({is_ok, text});
  const auto [at, is_new] =
      known_.try_emplace(name, static_cast<std::uint32_t>(transactions_.size()));
  if (is_new) transactions_.push_back(std::move(transaction));
  return {at->second};
}

std::uint32_t MultiRegisterModel::value_in(const SequenceTable::Sequence& registers,
                                           std::uint32_t key) const {
  for (std::size_t at = 0; at < registers.size(); at += 2) {
    if (registers[at] == key) return registers[at + 1];
  }
  return nil;
}

std::optional<ModelState> MultiRegisterModel::step(ModelState state, const Command& command) {
  SequenceTable::Sequence registers = states_.content(state);
  const Transaction& transaction = transactions_[command.transaction];
  for (const Access& access : transaction.accesses) {
    if (access.is_write) {
      put(registers, access.key, access.value);
    } else if (value_in(registers, access.key) != access.value) {
      return std::nullopt;
    }
  }
  return transaction.writes ? states_.number_of(std::move(registers)) : state;
}

std::string MultiRegisterModel::refusal(ModelState state, const Command& command) const {
  SequenceTable::Sequence registers = states_.content(state);
  for (const Access& access : transactions_[command.transaction].accesses) {
    const std::uint32_t held = value_in(registers, access.key);
    if (!access.is_write && held != access.value) {
      return fmt::format(
          "{} is {}, the transaction read {}", values_.value_of(access.key).as_string(),
          words_for(values_.value_of(held)), words_for(values_.value_of(access.value)));
    }
    if (access.is_write) put(registers, access.key, access.value);
  }
  return "it is always possible";
}

std::string MultiRegisterModel::describe(ModelState state) const {
  std::string text;
  const SequenceTable::Sequence& registers = states_.content(state);
  for (std::size_t at = 0; at < registers.size(); at += 2) {
    text +=
        fmt::format("{}{} = {}", at == 0 ? "" : ", ", values_.value_of(registers[at]).as_string(),
                    words_for(values_.value_of(registers[at + 1])));
  }
  return text.empty() ? "all registers are nil" : text;
}

}  // namespace faultrig
