#include "targets/raft_kv/state_machine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/node/message.hpp"

namespace faultrig::raft_kv {
namespace {

Value error_body(ErrorCode code, std::string text) {
  return Value::map(
      {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", std::move(text)}});
}

Value missing_key(const Value& key) {
  return error_body(ErrorCode::key_does_not_exist, "no key " + key.to_string());
}

// FNV-1a over the canonical text: the same on every machine, as it goes into snapshots.
std::uint64_t fingerprint(const Value& operation) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char c : operation.to_string()) hash = (hash ^ c) * 0x100000001b3ULL;
  return hash;
}

// Readers of JSON go 64 deep (checkers/history/json.hpp). An operation travels wrapped in entries,
// messages and snapshots: one that came in just so could be taken and then not be read again, by no
// follower and not after a restart.
constexpr int deepest_operation = 32;

bool is_deeper_than(const Value& value, int depth) {
  const auto inner = [depth](const Value& item) { return is_deeper_than(item, depth - 1); };
  if (value.is_list()) {
    return depth == 0 || std::any_of(value.as_list().begin(), value.as_list().end(), inner);
  }
  if (!value.is_map()) return false;
  return depth == 0 || std::any_of(value.as_map().begin(), value.as_map().end(),
                                   [&](const Value::Field& field) { return inner(field.second); });
}

}  // namespace

Value Command::to_value() const {
  return Value::map({{"client", client}, {"id", id}, {"operation", operation}});
}

std::optional<Command> Command::from_value(const Value& value) {
  const Value* client = value.find("client");
  const Value* id = value.find("id");
  const Value* operation = value.find("operation");
  if (client == nullptr || !client->is_string() || id == nullptr || !id->is_integer() ||
      operation == nullptr || !problem_of_operation(*operation).empty()) {
    return std::nullopt;
  }
  return Command{client->as_string(), id->as_integer(), *operation};
}

std::optional<Value> StateMachine::repeated(const Command& command) const {
  if (const Value* reply =
          sessions_.find(command.client, command.id, fingerprint(command.operation))) {
    return *reply;
  }
  if (!sessions_.is_forgotten(command.client, command.id)) return std::nullopt;
  return error_body(ErrorCode::timeout,
                    fmt::format("request {} of {} is older than its session remembers; whether it "
                                "took effect is not known",
                                command.id, command.client));
}

Value StateMachine::apply(const Value& value) {
  const std::optional<Command> command = Command::from_value(value);
  if (!command) return Value();
  if (std::optional<Value> reply = repeated(*command)) return *reply;
  Value reply = execute(command->operation);
  sessions_.remember(command->client, command->id, fingerprint(command->operation), reply);
  return reply;
}

Value StateMachine::read(const Value& key) const {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return missing_key(key);
  return Value::map({{"type", "read_ok"}, {"value", at->second}});
}

Value StateMachine::execute(const Value& operation) {
  if (operation.string_or("type", "") == "cas") return compare_and_set(operation);
  entries_[*operation.find("key")] = *operation.find("value");
  return Value::map({{"type", "write_ok"}});
}

Value StateMachine::compare_and_set(const Value& operation) {
  const Value& key = *operation.find("key");
  const Value& from = *operation.find("from");
  const auto at = entries_.find(key);
  if (at == entries_.end()) {
    const Value* create = operation.find("create_if_not_exists");
    if (create == nullptr || *create != Value(true)) return missing_key(key);
  } else if (at->second != from) {
    return error_body(
        ErrorCode::precondition_failed,
        fmt::format("expected {}, but it is {}", from.to_string(), at->second.to_string()));
  }
  entries_[key] = *operation.find("to");
  return Value::map({{"type", "cas_ok"}});
}

Value StateMachine::to_value() const {
  Value::List pairs;
  for (const auto& [key, value] : entries_) pairs.push_back(Value::list({key, value}));
  return Value::map({{"entries", Value(std::move(pairs))}, {"sessions", sessions_.to_value()}});
}

std::optional<StateMachine> StateMachine::from_value(const Value& value, SessionLimits limits) {
  const Value* pairs = value.find("entries");
  const Value* sessions = value.find("sessions");
  if (pairs == nullptr || !pairs->is_list() || sessions == nullptr) return std::nullopt;
  StateMachine result(limits);
  for (const Value& pair : pairs->as_list()) {
    if (!pair.is_list() || pair.as_list().size() != 2) return std::nullopt;
    result.entries_[pair.as_list()[0]] = pair.as_list()[1];
  }
  std::optional<Sessions> read = Sessions::from_value(*sessions, limits);
  if (!read) return std::nullopt;
  result.sessions_ = std::move(*read);
  return result;
}

std::string problem_of_operation(const Value& body) {
  const std::string type = body.string_or("type", "");
  const auto missing = [&](const char* field) {
    return body.find(field) == nullptr ? fmt::format("a {} needs a field `{}`", type, field)
                                       : std::string();
  };
  if (type != "read" && type != "write" && type != "cas") {
    return fmt::format("`{}` is not read, write or cas", type);
  }
  if (is_deeper_than(body, deepest_operation)) {
    return fmt::format("a {} is nested more than {} deep", type, deepest_operation);
  }
  if (std::string problem = missing("key"); !problem.empty()) return problem;
  if (type == "write") return missing("value");
  if (type == "cas") {
    if (std::string problem = missing("from"); !problem.empty()) return problem;
    return missing("to");
  }
  return "";
}

Value operation_of(const Value& body) {
  Value::Map fields;
  for (const auto& field : body.as_map()) {
    if (field.first != "msg_id" && field.first != "in_reply_to") fields.push_back(field);
  }
  return Value(std::move(fields));
}

}  // namespace faultrig::raft_kv
