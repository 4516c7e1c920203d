#include "checkers/models/model.hpp"

#include <fmt/format.h>

namespace faultrig {

ModelState ValueTable::number_of(const Value& value) {
  auto [at, is_new] = numbers_.try_emplace(value, static_cast<ModelState>(values_.size()));
  if (is_new) {
    values_.push_back(value);
    // Two copies (lists and maps are shared, strings are not) and a hash node.
    bytes_ += 2 * sizeof(Value) + 48 + (value.is_string() ? 2 * value.as_string().size() : 0);
  }
  return at->second;
}

void refuse_operation(const Operation& operation, std::string_view model, std::string_view has) {
  throw ModelMismatch(
      fmt::format("a {} has {}, no {} (event {})", model, has, operation.f, operation.invoked_at));
}

void refuse_value(const Operation& operation, std::string_view takes, const Value& value) {
  throw ModelMismatch(fmt::format("{} {}, not {} (event {})", operation.f, takes, value.to_string(),
                                  operation.invoked_at));
}

std::string words_for(const Value& value) { return value.is_nil() ? "nil" : value.to_string(); }

}  // namespace faultrig
