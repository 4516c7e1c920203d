#include "checkers/models/semaphore.hpp"

#include <fmt/format.h>

namespace faultrig {

SemaphoreModel::SemaphoreModel(const Value& initial) {
  if (initial.is_nil()) return;
  constexpr std::int64_t most = 1'000'000;
  if (!initial.is_integer() || initial.as_integer() < 1 || initial.as_integer() > most) {
    throw ModelMismatch(fmt::format("a semaphore starts with 1 to {} permits, not with {}", most,
                                    initial.to_string()));
  }
  permits_ = static_cast<ModelState>(initial.as_integer());
}

SemaphoreModel::Command SemaphoreModel::compile(const Operation& operation) {
  const bool is_acquire = operation.f == "acquire";
  if (!is_acquire && operation.f != "release") {
    refuse_operation(operation, "semaphore", "acquire and release");
  }
  if (operation.input.is_nil()) return {is_acquire, 1};
  if (!operation.input.is_integer() || operation.input.as_integer() < 1) {
    refuse_value(operation, "takes a number of permits", operation.input);
  }
  return {is_acquire, operation.input.as_integer()};
}

std::optional<ModelState> SemaphoreModel::step(ModelState state, const Command& command) const {
  const std::int64_t available = state;
  if (command.is_acquire) {
    if (command.permits > available) return std::nullopt;
    return static_cast<ModelState>(available - command.permits);
  }
  if (command.permits > permits_ - available) return std::nullopt;
  return static_cast<ModelState>(available + command.permits);
}

std::string SemaphoreModel::refusal(ModelState state, const Command& command) const {
  return fmt::format("{}, and {} of {} succeeded", describe(state),
                     command.is_acquire ? "an acquire" : "a release", command.permits);
}

std::string SemaphoreModel::describe(ModelState state) const {
  return fmt::format("{} of {} permits are free", state, permits_);
}

}  // namespace faultrig
