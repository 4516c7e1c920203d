#include "checkers/models/reentrant_lock.hpp"

#include <fmt/format.h>

namespace faultrig {

ReentrantLockModel::ReentrantLockModel(const Value& initial) : initial_(states_.number_of({})) {
  if (!initial.is_nil()) {
    throw ModelMismatch(
        fmt::format("a reentrant lock starts free (nil), not as {}", initial.to_string()));
  }
}

ReentrantLockModel::Command ReentrantLockModel::compile(const Operation& operation) {
  const bool is_acquire = operation.f == "acquire" || operation.f == "lock";
  if (!is_acquire && operation.f != "release" && operation.f != "unlock") {
    refuse_operation(operation, "reentrant lock", "acquire and release");
  }
  const Value owner = operation.input.is_nil() ? Value(operation.process) : operation.input;
  return {is_acquire, owners_.number_of(owner)};
}

std::optional<ModelState> ReentrantLockModel::step(ModelState state, const Command& command) {
  const SequenceTable::Sequence& held = states_.content(state);
  if (held.empty()) {
    if (!command.is_acquire) return std::nullopt;
    return states_.number_of({command.owner, 1});
  }
  if (held[0] != command.owner) return std::nullopt;
  if (command.is_acquire) return states_.number_of({command.owner, held[1] + 1});
  if (held[1] == 1) return states_.number_of({});
  return states_.number_of({command.owner, held[1] - 1});
}

std::string ReentrantLockModel::refusal(ModelState state, const Command& command) const {
  return fmt::format("{}, and {} by {} succeeded", describe(state),
                     command.is_acquire ? "an acquire" : "a release",
                     words_for(owners_.value_of(command.owner)));
}

std::string ReentrantLockModel::describe(ModelState state) const {
  const SequenceTable::Sequence& held = states_.content(state);
  if (held.empty()) return "the lock is free";
  return fmt::format("{} holds the lock{}", words_for(owners_.value_of(held[0])),
                     held[1] > 1 ? fmt::format(" {} times", held[1]) : "");
}

}  // namespace faultrig
