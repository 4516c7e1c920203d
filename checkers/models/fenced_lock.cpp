#include "checkers/models/fenced_lock.hpp"

#include <fmt/format.h>

#include <limits>

namespace faultrig {

FencedLockModel::FencedLockModel(const Value& initial) {
  if (!initial.is_nil() && !initial.is_integer()) {
    throw ModelMismatch(
        fmt::format("a fenced lock starts with the last token given (nil for none), not with {}",
                    initial.to_string()));
  }
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  number_of({nobody, initial.is_nil() ? none : initial.as_integer()});
}

ModelState FencedLockModel::number_of(const State& state) {
  const auto [at, is_new] = numbers_.try_emplace(state, static_cast<ModelState>(states_.size()));
  if (is_new) states_.push_back(state);
  return at->second;
}

FencedLockModel::Command FencedLockModel::compile(const Operation& operation) {
  const bool is_acquire = operation.f == "acquire" || operation.f == "lock";
  if (!is_acquire && operation.f != "release" && operation.f != "unlock") {
    refuse_operation(operation, "fenced lock", "acquire and release");
  }
  const Value who = operation.input.is_nil() ? Value(operation.process) : operation.input;
  const std::uint32_t owner = owners_.number_of(who);
  if (!is_acquire) return {Kind::release, owner, 0};
  if (operation.outcome != Outcome::ok) return {Kind::acquire_unknown, owner, 0};
  if (operation.output.is_nil()) return {Kind::acquire_without_token, owner, 0};
  if (!operation.output.is_integer()) {
    refuse_value(operation, "returns an integer token", operation.output);
  }
  return {Kind::acquire, owner, operation.output.as_integer()};
}

std::optional<ModelState> FencedLockModel::step(ModelState state, const Command& command) {
  const State now = states_[state];
  if (command.kind == Kind::release) {
    if (now.owner != command.owner) return std::nullopt;
    return number_of({nobody, now.last_token});
  }
  if (now.owner != nobody) return std::nullopt;
  switch (command.kind) {
    case Kind::acquire:
      if (command.token <= now.last_token) return std::nullopt;
      return number_of({command.owner, command.token});
    case Kind::acquire_unknown: {
      const bool is_last = now.last_token == std::numeric_limits<std::int64_t>::max();
      return number_of({command.owner, is_last ? now.last_token : now.last_token + 1});
    }
    case Kind::acquire_without_token:
    case Kind::release:
      break;
  }
  return number_of({command.owner, now.last_token});
}

std::string FencedLockModel::refusal(ModelState state, const Command& command) const {
  const std::string who = words_for(owners_.value_of(command.owner));
  if (command.kind == Kind::release) {
    return fmt::format("{}, and a release by {} succeeded", describe(state), who);
  }
  if (states_[state].owner == nobody && command.kind == Kind::acquire) {
    return fmt::format("{}, and {} was given token {}", describe(state), who, command.token);
  }
  return fmt::format("{}, and an acquire by {} succeeded", describe(state), who);
}

std::string FencedLockModel::describe(ModelState state) const {
  const State& now = states_[state];
  std::string text =
      now.owner == nobody
          ? std::string("the lock is free")
          : fmt::format("{} holds the lock",
                        words_for(owners_.value_of(static_cast<ModelState>(now.owner))));
  if (now.last_token != std::numeric_limits<std::int64_t>::min()) {
    text += fmt::format(", the last token was {}", now.last_token);
  }
  return text;
}

}  // namespace faultrig
