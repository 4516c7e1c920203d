#include "checkers/models/kv_map.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

// Text joins text; a list takes one more; an absent value starts as the argument itself.
Value joined(const Value& value, const Value& suffix) {
  if (value.is_list()) {
    Value::List items = value.as_list();
    items.push_back(suffix);
    return Value(std::move(items));
  }
  if (value.is_string() && suffix.is_string()) {
    return Value(value.as_string() + suffix.as_string());
  }
  if (value.is_nil()) return suffix.is_string() ? suffix : Value::list({suffix});
  return Value(words_for(value) + (suffix.is_string() ? suffix.as_string() : words_for(suffix)));
}

}  // namespace

KvMapModel::KvMapModel(const Value& initial) : initial_(values_.number_of(initial)) {}

KvMapModel::Command KvMapModel::compile(const Operation& operation) {
  const std::string& f = operation.f;
  if (f == "get" || f == "read") {
    const ModelState seen = values_.number_of(operation.output);
    return {Kind::get, seen, seen};
  }
  if (f == "put" || f == "write") return {Kind::put, 0, values_.number_of(operation.input)};
  if (f == "delete") return {Kind::put, 0, values_.number_of(Value())};
  if (f == "append") {
    appends_ = true;
    return {Kind::append, 0, values_.number_of(operation.input)};
  }
  if (f == "cas") {
    if (!operation.input.is_list() || operation.input.as_list().size() != 2) {
      throw ModelMismatch(fmt::format("a cas takes [from, to], not {} (event {})",
                                      operation.input.to_string(), operation.invoked_at));
    }
    const Value::List& pair = operation.input.as_list();
    const bool is_mismatch = operation.outcome == Outcome::ok && operation.output == Value(false);
    if (is_mismatch) return {Kind::mismatch, values_.number_of(pair[0]), 0};
    return {Kind::cas, values_.number_of(pair[0]), values_.number_of(pair[1])};
  }
  throw ModelMismatch(fmt::format("a kv-map has get, put, append, cas and delete, no {} (event {})",
                                  f, operation.invoked_at));
}

ModelState KvMapModel::append(ModelState state, ModelState suffix) {
  const std::uint64_t pair = (std::uint64_t{state} << 32) | suffix;
  if (auto known = appended_.find(pair); known != appended_.end()) return known->second;
  const ModelState result =
      values_.number_of(joined(values_.value_of(state), values_.value_of(suffix)));
  appended_.emplace(pair, result);
  return result;
}

std::optional<ModelState> KvMapModel::step(ModelState state, const Command& command) {
  switch (command.kind) {
    case Kind::get:
      return state == command.expected ? std::optional(state) : std::nullopt;
    case Kind::put:
      return command.desired;
    case Kind::append:
      return append(state, command.desired);
    case Kind::cas:
      return state == command.expected ? std::optional(command.desired) : std::nullopt;
    case Kind::mismatch:
      return state != command.expected ? std::optional(state) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<ModelState> KvMapModel::observed(const Command& command) const {
  if (command.kind == Kind::get || command.kind == Kind::cas) return command.expected;
  return std::nullopt;
}

std::optional<ModelState> KvMapModel::written(const Command& command) const {
  if (command.kind == Kind::put || command.kind == Kind::cas) return command.desired;
  return std::nullopt;
}

std::optional<ModelState> KvMapModel::excluded(const Command& command) const {
  if (command.kind == Kind::mismatch) return command.expected;
  return std::nullopt;
}

std::string KvMapModel::refusal(ModelState state, const Command& command) const {
  const std::string held = words_for(values_.value_of(state));
  const std::string expected = words_for(values_.value_of(command.expected));
  switch (command.kind) {
    case Kind::get:
      return fmt::format("the key holds {}, the get returned {}", held, expected);
    case Kind::cas:
      return fmt::format("the key holds {}, the cas found {}", held, expected);
    case Kind::mismatch:
      return fmt::format("the key holds {}, and the cas did not find it", held);
    case Kind::put:
    case Kind::append:
      break;
  }
  return "it is always possible";
}

std::string KvMapModel::describe(ModelState state) const {
  return fmt::format("the key holds {}", words_for(values_.value_of(state)));
}

}  // namespace faultrig
