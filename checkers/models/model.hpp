// What a sequential object does: the specification a concurrent history is held against.
//
// A model compiles operations to small commands once, then steps from state to state. States are
// numbers in the model's own table of values, so that a search keeps millions of configurations as
// flat words; equal numbers are equal states. After Herlihy and Wing 1990, section 2.
// Cost: a step is O(1), or O(size of the value) where a new value is built (append).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkers/history/operation.hpp"
#include "checkers/history/value.hpp"

namespace faultrig {

using ModelState = std::uint32_t;

// The history holds an operation the model does not know, or with an argument it cannot read.
struct ModelMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename T>
concept Model = requires(T model, const T& constant, ModelState state,
                         const typename T::Command& command, const Operation& operation) {
  { command == command } -> std::convertible_to<bool>;
  // Throws ModelMismatch. Of an operation with unknown outcome only the input counts.
  { model.compile(operation) } -> std::same_as<typename T::Command>;
  { constant.initial() } -> std::same_as<ModelState>;
  // The state afterwards; nothing when the operation cannot happen in this state.
  { model.step(state, command) } -> std::same_as<std::optional<ModelState>>;
  // Never changes the state, wherever it is possible.
  { constant.is_pure(command) } -> std::same_as<bool>;
  // Possible in every state, and the state afterwards is the same whatever it was.
  { constant.is_blind(command) } -> std::same_as<bool>;
  // The state is always what the last effective mutation wrote, or the initial one; false where
  // mutations accumulate.
  { constant.remembers_only_last_write() } -> std::same_as<bool>;
  // The one state in which the command is possible; nothing when there are several.
  { constant.observed(command) } -> std::same_as<std::optional<ModelState>>;
  // The state a mutation leaves behind, where it is always the same; nothing otherwise.
  { constant.written(command) } -> std::same_as<std::optional<ModelState>>;
  // The element of a collection that the command is about: leaving out all that is about one
  // element (and any command that is pure) never makes a linearizable history unlinearizable.
  // Nothing where that does not hold, or not for this command. Asked when all commands are
  // compiled.
  { constant.element(command) } -> std::same_as<std::optional<std::uint32_t>>;
  // Why `step` refuses, in words.
  { constant.refusal(state, command) } -> std::same_as<std::string>;
  { constant.describe(state) } -> std::same_as<std::string>;
  { constant.bytes() } -> std::same_as<std::size_t>;
};

// What holds of a model whose mutations accumulate, unless it says otherwise.
struct AccumulatingModel {
  template <typename Command>
  bool is_blind(const Command&) const {
    return false;
  }
  bool remembers_only_last_write() const { return false; }
  template <typename Command>
  std::optional<ModelState> observed(const Command&) const {
    return std::nullopt;
  }
  template <typename Command>
  std::optional<ModelState> written(const Command&) const {
    return std::nullopt;
  }
  template <typename Command>
  std::optional<std::uint32_t> element(const Command&) const {
    return std::nullopt;
  }
};

// Values to dense numbers and back.
class ValueTable {
 public:
  ModelState number_of(const Value& value);
  const Value& value_of(ModelState state) const { return values_[state]; }
  // Estimate of the memory held.
  std::size_t bytes() const { return bytes_; }

 private:
  std::unordered_map<Value, ModelState> numbers_;
  std::vector<Value> values_;
  std::size_t bytes_ = 0;
};

// The model has no such operation: names it, the event, and what the model has.
[[noreturn]] void refuse_operation(const Operation& operation, std::string_view model,
                                   std::string_view has);
// The operation is known, but not with this argument or result.
[[noreturn]] void refuse_value(const Operation& operation, std::string_view takes,
                               const Value& value);

// `nil`, or JSON text.
std::string words_for(const Value& value);

}  // namespace faultrig
