#include "checkers/models/counter.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

// Wraps round instead of overflowing: hostile input must not be undefined behaviour.
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

CounterModel::CounterModel(const Value& initial) {
  if (!initial.is_nil() && !initial.is_integer()) {
    throw ModelMismatch(
        fmt::format("a counter starts at an integer (nil is 0), not at {}", initial.to_string()));
  }
  initial_ = number_of(initial.is_nil() ? 0 : initial.as_integer());
}

ModelState CounterModel::number_of(std::int64_t count) {
  const auto [at, is_new] = numbers_.try_emplace(count, static_cast<ModelState>(counts_.size()));
  if (is_new) counts_.push_back(count);
  return at->second;
}

CounterModel::Command CounterModel::compile(const Operation& operation) {
  if (operation.f == "read") {
    if (operation.outcome != Outcome::ok) return {true, 0};
    if (!operation.output.is_integer()) {
      refuse_value(operation, "returns an integer", operation.output);
    }
    return {true, operation.output.as_integer()};
  }
  const bool is_down = operation.f == "decrement";
  if (operation.f != "add" && operation.f != "increment" && !is_down) {
    refuse_operation(operation, "counter", "add, increment, decrement and read");
  }
  if (!operation.input.is_nil() && !operation.input.is_integer()) {
    refuse_value(operation, "takes an integer", operation.input);
  }
  const std::int64_t amount = operation.input.is_nil() ? 1 : operation.input.as_integer();
  return {false, is_down ? sum(~amount, 1) : amount};
}

std::optional<ModelState> CounterModel::step(ModelState state, const Command& command) {
  if (!command.is_read) return number_of(sum(counts_[state], command.amount));
  return counts_[state] == command.amount ? std::optional(state) : std::nullopt;
}

std::string CounterModel::refusal(ModelState state, const Command& command) const {
  if (!command.is_read) return "an addition is always possible";
  return fmt::format("the counter is {}, the read returned {}", counts_[state], command.amount);
}

std::string CounterModel::describe(ModelState state) const {
  return fmt::format("the counter is {}", counts_[state]);
}

}  // namespace faultrig
