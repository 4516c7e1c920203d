#include "checkers/models/list.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

SequenceTable::Sequence numbers_of(const Value& list, ValueTable& values) {
  SequenceTable::Sequence numbers;
  if (list.is_nil()) return numbers;
  for (const Value& value : list.as_list()) numbers.push_back(values.number_of(value));
  return numbers;
}

}  // namespace

ListModel::ListModel(const Value& initial) {
  if (!initial.is_nil() && !initial.is_list()) {
    throw ModelMismatch(
        fmt::format("a list starts empty (nil) or as a list, not as {}", initial.to_string()));
  }
  initial_ = states_.number_of(numbers_of(initial, values_));
}

ListModel::Command ListModel::compile(const Operation& operation) {
  if (operation.f == "append") return {Kind::append, values_.number_of(operation.input)};
  if (operation.f != "read") refuse_operation(operation, "list", "append and read");
  if (operation.outcome == Outcome::ok && !operation.output.is_list() &&
      !operation.output.is_nil()) {
    refuse_value(operation, "returns the whole list", operation.output);
  }
  return {Kind::read, states_.number_of(numbers_of(operation.output, values_))};
}

std::optional<ModelState> ListModel::step(ModelState state, const Command& command) {
  if (command.kind == Kind::append) return states_.with_back(state, command.argument);
  return state == command.argument ? std::optional(state) : std::nullopt;
}

std::optional<ModelState> ListModel::observed(const Command& command) const {
  if (command.kind == Kind::read) return command.argument;
  return std::nullopt;
}

std::string ListModel::words_of(ModelState state) const {
  std::string items;
  for (const std::uint32_t number : states_.content(state)) {
    items += (items.empty() ? "" : ", ") + words_for(values_.value_of(number));
  }
  return "[" + items + "]";
}

std::string ListModel::refusal(ModelState state, const Command& command) const {
  if (command.kind == Kind::append) return "an append is always possible";
  return fmt::format("the list is {}, the read returned {}", words_of(state),
                     words_of(command.argument));
}

std::string ListModel::describe(ModelState state) const {
  return fmt::format("the list is {}", words_of(state));
}

}  // namespace faultrig
