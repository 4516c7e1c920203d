#include "checkers/history/operation.hpp"

#include <fmt/format.h>

namespace faultrig {
namespace {

std::string words_for(const Value& value) { return value.is_nil() ? "nil" : value.to_string(); }

bool is_cas(const Operation& operation) {
  return operation.f == "cas" && operation.input.is_list() && operation.input.as_list().size() == 2;
}

std::string arguments_of(const Operation& operation) {
  if (is_cas(operation)) {
    const Value::List& pair = operation.input.as_list();
    return fmt::format(" {} -> {}", words_for(pair[0]), words_for(pair[1]));
  }
  const bool blind = operation.f == "write" || operation.f == "put";
  if (operation.input.is_nil() && !blind) return "";
  return " " + words_for(operation.input);
}

std::string ending_of(const Operation& operation) {
  switch (operation.outcome) {
    case Outcome::fail:
      return " (failed)";
    case Outcome::info:
      return " (unknown)";
    case Outcome::ok:
      break;
  }
  const bool reads = operation.f == "read" || operation.f == "get";
  if (reads) return " -> " + words_for(operation.output);
  // A completion that repeats its argument, as many clients send it, says nothing new.
  if (operation.output.is_nil() || operation.output == operation.input) return "";
  return " -> " + words_for(operation.output);
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::fail:
      return "fail";
    case Outcome::info:
      return "info";
  }
  return "?";
}

std::string describe(const Operation& operation) {
  std::string text;
  if (operation.key) text = fmt::format("[{}] ", words_for(*operation.key));
  return text + operation.f + arguments_of(operation) + ending_of(operation);
}

}  // namespace faultrig
