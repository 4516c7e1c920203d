#include "checkers/models/model.hpp"

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

std::string words_for(const Value& value) { return value.is_nil() ? "nil" : value.to_string(); }

}  // namespace faultrig
