#include "checkers/models/mutex.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

constexpr ModelState unlocked = 0;
constexpr ModelState held = 1;

}  // namespace

MutexModel::MutexModel(const Value& initial) : initial_(unlocked) {
  if (initial.is_nil()) return;
  if (initial.kind() != Value::Kind::boolean) {
    throw ModelMismatch(fmt::format("a mutex starts free (nil, false) or held (true), not as {}",
                                    initial.to_string()));
  }
  initial_ = initial.as_boolean() ? held : unlocked;
}

MutexModel::Command MutexModel::compile(const Operation& operation) {
  const bool is_acquire = operation.f == "acquire" || operation.f == "lock";
  if (!is_acquire && operation.f != "release" && operation.f != "unlock") {
    refuse_operation(operation, "mutex", "acquire and release");
  }
  return {is_acquire};
}

std::optional<ModelState> MutexModel::step(ModelState state, const Command& command) const {
  if (command.is_acquire) return state == unlocked ? std::optional(held) : std::nullopt;
  return state == held ? std::optional(unlocked) : std::nullopt;
}

std::string MutexModel::refusal(ModelState state, const Command& command) const {
  return fmt::format("{}, {} succeeded", describe(state),
                     command.is_acquire ? "and an acquire" : "and a release");
}

std::string MutexModel::describe(ModelState state) const {
  return state == held ? "the lock is held" : "the lock is free";
}

}  // namespace faultrig
