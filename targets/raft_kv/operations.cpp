#include "targets/raft_kv/operations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/node/read_subject.hpp"
#include "harness/node/value_bytes.hpp"
#include "targets/raft_kv/data_types/registers.hpp"

namespace faultrig::raft_kv {
namespace {

// Readers of JSON go 64 deep (checkers/history/json.hpp). An operation travels wrapped in entries,
// messages and snapshots: one that came in just so could be taken and then not be read again, by no
// follower and not after a restart.
constexpr int deepest_operation = 32;

const std::vector<std::string>& types() {
  static const std::vector<std::string> words = {"read", "write",   "cas",     "txn",
                                                 "add",  "enqueue", "dequeue", "generate"};
  return words;
}

using Kind = std::optional<OperationKind>;

Kind kind_of_read(const Value& operation) {
  const std::optional<ReadSubject> subject = subject_of(operation);
  if (!subject) return std::nullopt;
  switch (*subject) {
    case ReadSubject::key:
      return OperationKind::read;
    case ReadSubject::set:
      return OperationKind::read_set;
    case ReadSubject::counter:
      return OperationKind::read_counter;
  }
  return std::nullopt;
}

Kind kind_of_add(const Value& operation) {
  if (operation.find("element") != nullptr) return OperationKind::add_element;
  const Value* delta = operation.find("delta");
  return delta != nullptr && delta->is_integer() ? Kind(OperationKind::add_delta) : std::nullopt;
}

bool are_accesses(const Value* accesses) {
  return accesses != nullptr && accesses->is_list() &&
         std::all_of(accesses->as_list().begin(), accesses->as_list().end(), is_access);
}

const char* what_it_needs(std::string_view type) {
  if (type == "read") return "a field `key`, or `of`: set or counter";
  if (type == "write") return "the fields `key` and `value`";
  if (type == "cas") return "the fields `key`, `from` and `to`";
  if (type == "txn") return "a list `txn` of [\"r\", key, null] and [\"w\", key, value]";
  if (type == "add") return "a field `element`, or a whole number `delta`";
  return "a field `value` that is not null";
}

}  // namespace

// The words by how often they are asked for: every entry comes through here on every node.
Kind kind_of(const Value& operation) {
  const auto has = [&](const char* field) { return operation.find(field) != nullptr; };
  const auto unless_not = [](bool is_good, OperationKind kind) {
    return is_good ? Kind(kind) : std::nullopt;
  };
  const Value* type = operation.find("type");
  if (type == nullptr || !type->is_string()) return std::nullopt;
  const std::string& word = type->as_string();
  if (word == "write") return unless_not(has("key") && has("value"), OperationKind::write);
  if (word == "cas") {
    return unless_not(has("key") && has("from") && has("to"), OperationKind::cas);
  }
  if (word == "read") return kind_of_read(operation);
  if (word == "add") return kind_of_add(operation);
  if (word == "enqueue") {
    return unless_not(has("value") && !operation.find("value")->is_nil(), OperationKind::enqueue);
  }
  if (word == "dequeue") return OperationKind::dequeue;
  if (word == "txn") {
    return unless_not(are_accesses(operation.find("txn")), OperationKind::transaction);
  }
  return unless_not(word == "generate", OperationKind::generate);
}

bool is_known_type(const std::string& type) {
  return std::find(types().begin(), types().end(), type) != types().end();
}

std::string problem_of_operation(const Value& body) {
  const bool is_too_deep = is_deeper_than(body, deepest_operation);
  if (!is_too_deep && kind_of(body)) return "";
  const std::string type = body.string_or("type", "");
  if (!is_known_type(type)) {
    return fmt::format("`{}` is none of {}", type, fmt::join(types(), ", "));
  }
  if (is_too_deep) {
    return fmt::format("a {} is nested more than {} deep", type, deepest_operation);
  }
  return fmt::format("{} needs {}", type, what_it_needs(type));
}

Value operation_of(const Value& body) {
  Value::Map fields;
  for (const auto& field : body.as_map()) {
    if (field.first != "msg_id" && field.first != "in_reply_to") fields.push_back(field);
  }
  return Value(std::move(fields));
}

bool is_read(const Value& operation) {
  const std::string& type = operation.find("type")->as_string();
  if (type == "read") return true;
  if (type != "txn") return false;
  const Value::List& accesses = operation.find("txn")->as_list();
  return std::none_of(accesses.begin(), accesses.end(), is_write_access);
}

std::optional<Value> foregone_reply(const Value& operation) {
  const std::string& type = operation.find("type")->as_string();
  if (type != "write" && type != "add" && type != "enqueue") return std::nullopt;
  return Value::map({{"type", type + "_ok"}});
}

}  // namespace faultrig::raft_kv
