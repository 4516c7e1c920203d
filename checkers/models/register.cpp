#include "checkers/models/register.hpp"

#include <fmt/format.h>

namespace faultrig {

CasRegisterModel::CasRegisterModel(const Value& initial) : initial_(values_.number_of(initial)) {}

ModelState CasRegisterModel::number_of(const Value& value) {
  return value.is_nil() ? initial_ : values_.number_of(value);
}

CasRegisterModel::Command CasRegisterModel::compile(const Operation& operation) {
  if (operation.f == "read") {
    const ModelState seen = number_of(operation.output);
    return {Kind::read, seen, seen};
  }
  if (operation.f == "write") return {Kind::write, 0, number_of(operation.input)};
  if (operation.f == "cas") {
    if (!operation.input.is_list() || operation.input.as_list().size() != 2) {
      throw ModelMismatch(fmt::format("a cas takes [from, to], not {} (event {})",
                                      operation.input.to_string(), operation.invoked_at));
    }
    const Value::List& pair = operation.input.as_list();
    const bool is_mismatch = operation.outcome == Outcome::ok && operation.output == Value(false);
    if (is_mismatch) return {Kind::mismatch, number_of(pair[0]), 0};
    return {Kind::cas, number_of(pair[0]), number_of(pair[1])};
  }
  throw ModelMismatch(fmt::format("a cas-register has read, write and cas, no {} (event {})",
                                  operation.f, operation.invoked_at));
}

std::optional<ModelState> CasRegisterModel::observed(const Command& command) const {
  if (command.kind == Kind::read || command.kind == Kind::cas) return command.expected;
  return std::nullopt;
}

std::optional<ModelState> CasRegisterModel::written(const Command& command) const {
  if (command.kind == Kind::write || command.kind == Kind::cas) return command.desired;
  return std::nullopt;
}

std::optional<ModelState> CasRegisterModel::excluded(const Command& command) const {
  if (command.kind == Kind::mismatch) return command.expected;
  return std::nullopt;
}

std::string CasRegisterModel::refusal(ModelState state, const Command& command) const {
  const std::string held = words_for(values_.value_of(state));
  const std::string expected = words_for(values_.value_of(command.expected));
  switch (command.kind) {
    case Kind::read:
      return fmt::format("the register holds {}, the read returned {}", held, expected);
    case Kind::cas:
      return fmt::format("the register holds {}, the cas found {}", held, expected);
    case Kind::mismatch:
      return fmt::format("the register holds {}, and the cas did not find it", held);
    case Kind::write:
      break;
  }
  return "a write is always possible";
}

std::string CasRegisterModel::describe(ModelState state) const {
  return fmt::format("the register holds {}", words_for(values_.value_of(state)));
}

RegisterModel::Command RegisterModel::compile(const Operation& operation) {
  if (operation.f != "read" && operation.f != "write") {
    throw ModelMismatch(fmt::format("a register has read and write, no {} (event {}){}",
                                    operation.f, operation.invoked_at,
                                    operation.f == "cas" ? "; the model cas-register has it" : ""));
  }
  return CasRegisterModel::compile(operation);
}

}  // namespace faultrig
