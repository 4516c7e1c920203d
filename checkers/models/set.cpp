#include "checkers/models/set.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {

SetModel::SetModel(const Value& initial) {
  if (!initial.is_nil() && !initial.is_list()) {
    throw ModelMismatch(fmt::format(
        "a set starts empty (nil) or with a list of values, not with {}", initial.to_string()));
  }
  initial_ = state_of(initial);
}

ModelState SetModel::state_of(const Value& items) {
  SequenceTable::Sequence numbers;
  if (!items.is_nil()) {
    for (const Value& value : items.as_list()) numbers.push_back(values_.number_of(value));
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return states_.number_of(std::move(numbers));
}

SetModel::Command SetModel::compile(const Operation& operation) {
  const bool is_ok = operation.outcome == Outcome::ok;
  if (operation.f == "add") return {Kind::add, values_.number_of(operation.input)};
  if (operation.f == "remove") return {Kind::remove, values_.number_of(operation.input)};
  if (operation.f == "contains") {
    if (is_ok && operation.output.kind() != Value::Kind::boolean) {
      refuse_value(operation, "returns true or false", operation.output);
    }
    const bool found = is_ok && operation.output.as_boolean();
    return {found ? Kind::contains : Kind::lacks, values_.number_of(operation.input)};
  }
  if (operation.f != "read") refuse_operation(operation, "set", "add, remove, contains and read");
  if (is_ok && !operation.output.is_list() && !operation.output.is_nil()) {
    refuse_value(operation, "returns the whole set as a list", operation.output);
  }
  has_whole_reads_ = has_whole_reads_ || is_ok;
  return {Kind::read, state_of(is_ok ? operation.output : Value())};
}

std::optional<ModelState> SetModel::step(ModelState state, const Command& command) {
  if (command.kind == Kind::read) {
    return state == command.argument ? std::optional(state) : std::nullopt;
  }
  const bool holds = states_.holds_sorted(state, command.argument);
  switch (command.kind) {
    case Kind::add:
      return holds ? state : states_.with_sorted(state, command.argument);
    case Kind::remove:
      return holds ? states_.without(state, command.argument) : state;
    case Kind::contains:
      return holds ? std::optional(state) : std::nullopt;
    case Kind::lacks:
    case Kind::read:
      break;
  }
  return holds ? std::nullopt : std::optional(state);
}

std::optional<ModelState> SetModel::observed(const Command& command) const {
  if (command.kind == Kind::read) return command.argument;
  return std::nullopt;
}

std::optional<std::uint32_t> SetModel::element(const Command& command) const {
  if (command.kind == Kind::read || has_whole_reads_) return std::nullopt;
  return command.argument;
}

std::string SetModel::words_of(ModelState state) const {
  std::string items;
  for (const std::uint32_t number : states_.content(state)) {
    items += (items.empty() ? "" : ", ") + words_for(values_.value_of(number));
  }
  return "{" + items + "}";
}

std::string SetModel::refusal(ModelState state, const Command& command) const {
  const std::string held = words_of(state);
  switch (command.kind) {
    case Kind::contains:
    case Kind::lacks:
      return fmt::format("the set is {}, and contains {} returned {}", held,
                         words_for(values_.value_of(command.argument)),
                         command.kind == Kind::contains);
    case Kind::read:
      return fmt::format("the set is {}, the read returned {}", held, words_of(command.argument));
    case Kind::add:
    case Kind::remove:
      break;
  }
  return "it is always possible";
}

std::string SetModel::describe(ModelState state) const {
  return fmt::format("the set is {}", words_of(state));
}

}  // namespace faultrig
