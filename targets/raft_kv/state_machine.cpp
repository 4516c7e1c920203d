#include "targets/raft_kv/state_machine.hpp"

#include <fmt/format.h>

#include "harness/node/hashing.hpp"
#include "harness/node/message.hpp"
#include "harness/node/value_bytes.hpp"

namespace faultrig::raft_kv {
namespace {

Value error_body(ErrorCode code, std::string text) {
  return Value::map(
      {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", std::move(text)}});
}

Value missing_key(const Value& key) {
  return error_body(ErrorCode::key_does_not_exist, "no key " + key.to_string());
}

std::uint64_t digest_of(const Value& key, const Value& value) {
  return combine(stable_hash(key), stable_hash(value));
}

// What apply needs of a command, without copies. Its depth and the like were looked at when it was
// taken from the client.
struct CommandView {
  const Value* client = nullptr;
  const Value* id = nullptr;
  const Value* operation = nullptr;
  bool is_good() const {
    if (client == nullptr || !client->is_string() || id == nullptr || !id->is_integer() ||
        operation == nullptr || operation->find("key") == nullptr) {
      return false;
    }
    const Value* type = operation->find("type");
    if (type == nullptr || !type->is_string()) return false;
    if (type->as_string() == "write") return operation->find("value") != nullptr;
    return type->as_string() == "cas" && operation->find("from") != nullptr &&
           operation->find("to") != nullptr;
  }
};

// Readers of JSON go 64 deep (checkers/history/json.hpp). An operation travels wrapped in entries,
// messages and snapshots: one that came in just so could be taken and then not be read again, by no
// follower and not after a restart.
constexpr int deepest_operation = 32;

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
  return repeated(command.client, command.id, stable_hash(command.operation));
}

std::optional<Value> StateMachine::repeated(const std::string& client, std::int64_t id,
                                            std::uint64_t fingerprint) const {
  if (!limits_.answers_repeats) return std::nullopt;
  if (const Value* reply = sessions_.find(client, id, fingerprint)) return *reply;
  if (!sessions_.is_forgotten(client, id)) return std::nullopt;
  return error_body(ErrorCode::timeout,
                    fmt::format("request {} of {} is older than its session remembers; whether it "
                                "took effect is not known",
                                id, client));
}

Value StateMachine::apply(const Value& value) {
  const CommandView command{value.find("client"), value.find("id"), value.find("operation")};
  if (!command.is_good()) return Value();
  const std::string& client = command.client->as_string();
  const std::int64_t id = command.id->as_integer();
  const std::uint64_t fingerprint = stable_hash(*command.operation);
  if (std::optional<Value> reply = repeated(client, id, fingerprint)) return *reply;
  Value reply = execute(*command.operation);
  sessions_.remember(client, id, fingerprint, reply);
  return reply;
}

void StateMachine::put(const Value& key, const Value& value) {
  const auto [at, is_new] = entries_.try_emplace(key, value);
  if (!is_new) {
    entries_digest_ -= digest_of(key, at->second);
    at->second = value;
  }
  entries_digest_ += digest_of(key, value);
}

Value StateMachine::read(const Value& key) const {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return missing_key(key);
  return Value::map({{"type", "read_ok"}, {"value", at->second}});
}

Value StateMachine::execute(const Value& operation) {
  static const Value done = Value::map({{"type", "write_ok"}});
  if (operation.find("type")->as_string() == "cas") return compare_and_set(operation);
  put(*operation.find("key"), *operation.find("value"));
  return done;
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
  put(key, *operation.find("to"));
  return Value::map({{"type", "cas_ok"}});
}

Value StateMachine::to_value(bool with_sessions) const {
  Value::List pairs;
  for (const auto& [key, value] : entries_) pairs.push_back(Value::list({key, value}));
  const Value sessions = with_sessions ? sessions_.to_value() : Sessions(limits_).to_value();
  return Value::map({{"entries", Value(std::move(pairs))}, {"sessions", sessions}});
}

std::optional<StateMachine> StateMachine::from_value(const Value& value, SessionLimits limits) {
  const Value* pairs = value.find("entries");
  const Value* sessions = value.find("sessions");
  if (pairs == nullptr || !pairs->is_list() || sessions == nullptr) return std::nullopt;
  StateMachine result(limits);
  for (const Value& pair : pairs->as_list()) {
    if (!pair.is_list() || pair.as_list().size() != 2) return std::nullopt;
    result.put(pair.as_list()[0], pair.as_list()[1]);
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
