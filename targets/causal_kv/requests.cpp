#include "targets/causal_kv/requests.hpp"

#include <fmt/format.h>

#include "harness/node/read_subject.hpp"
#include "harness/node/value_bytes.hpp"

namespace faultrig::causal_kv {
namespace {

// Readers of JSON go 64 deep (checkers/history/json.hpp), and a write travels wrapped.
constexpr int deepest_value = 32;

}  // namespace

bool is_known_type(const std::string& type) {
  return type == "read" || type == "write" || type == "add" || type == "generate";
}

std::optional<Change> change_in(const Value& body) {
  const std::string type = body.string_or("type", "");
  if (type == "generate") return Change{WriteKind::id};
  if (type == "write") {
    const Value* key = body.find("key");
    const Value* value = body.find("value");
    if (key == nullptr || value == nullptr) return std::nullopt;
    return Change{WriteKind::put, *key, *value};
  }
  if (type != "add") return std::nullopt;
  const Value* element = body.find("element");
  if (element != nullptr) return Change{WriteKind::element, {}, *element};
  const Value* delta = body.find("delta");
  if (delta == nullptr || !is_content(WriteKind::delta, *delta)) return std::nullopt;
  return Change{WriteKind::delta, {}, *delta};
}

std::string problem_of_request(const Value& body) {
  const std::string type = body.string_or("type", "");
  if (!is_known_type(type)) {
    return fmt::format("`{}` is none of read, write, add, generate", type);
  }
  if (is_deeper_than(body, deepest_value)) {
    return fmt::format("a {} is nested more than {} deep", type, deepest_value);
  }
  if (type == "read") {
    return subject_of(body) ? "" : "read needs a field `key`, or `of`: set or counter";
  }
  if (change_in(body)) return "";
  return type == "write" ? "write needs the fields `key` and `value`"
                         : fmt::format(
                               "add needs a field `element`, or a whole number `delta` of "
                               "at most {}",
                               largest_number);
}

}  // namespace faultrig::causal_kv
