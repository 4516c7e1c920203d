#include "targets/raft_kv/state_machine.hpp"

#include <fmt/format.h>

#include "harness/node/hashing.hpp"
#include "targets/raft_kv/data_types/replies.hpp"

namespace faultrig::raft_kv {
namespace {

// What apply needs of a command, without copies. Its depth and the like were looked at when it was
// taken from the client.
struct CommandView {
  const Value* client = nullptr;
  const Value* id = nullptr;
  const Value* operation = nullptr;
  // Nothing when there is nothing to do.
  std::optional<OperationKind> kind() const {
    if (client == nullptr || !client->is_string() || id == nullptr || !id->is_integer() ||
        operation == nullptr) {
      return std::nullopt;
    }
    return kind_of(*operation);
  }
};

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
  const std::optional<OperationKind> kind = command.kind();
  if (!kind || kind == OperationKind::read || kind == OperationKind::read_set ||
      kind == OperationKind::read_counter) {
    return Value();
  }
  const std::string& client = command.client->as_string();
  const std::int64_t id = command.id->as_integer();
  const std::uint64_t fingerprint = stable_hash(*command.operation);
  if (std::optional<Value> reply = repeated(client, id, fingerprint)) return *reply;
  Value reply = execute(*kind, *command.operation);
  sessions_.remember(client, id, fingerprint, reply);
  return reply;
}

Value StateMachine::read(const Value& operation) const {
  const std::optional<OperationKind> kind = kind_of(operation);
  if (kind == OperationKind::read) return registers_.read(*operation.find("key"));
  if (kind == OperationKind::transaction) return registers_.read_together(*operation.find("txn"));
  if (kind == OperationKind::read_set) return set_.read();
  if (kind == OperationKind::read_counter) return counter_.read();
  return Value();
}

Value StateMachine::execute(OperationKind kind, const Value& operation) {
  switch (kind) {
    case OperationKind::write:
      return registers_.write(*operation.find("key"), *operation.find("value"));
    case OperationKind::cas:
      return registers_.compare_and_set(operation);
    case OperationKind::transaction:
      return registers_.transact(*operation.find("txn"));
    case OperationKind::add_element:
      return set_.add(*operation.find("element"));
    case OperationKind::add_delta:
      return counter_.add(operation.find("delta")->as_integer());
    case OperationKind::enqueue:
      return queue_.enqueue(*operation.find("value"));
    case OperationKind::dequeue:
      return queue_.dequeue();
    case OperationKind::generate:
      return ids_.generate();
    case OperationKind::read:
    case OperationKind::read_set:
    case OperationKind::read_counter:
      break;
  }
  return Value();
}

std::uint64_t StateMachine::data_digest() const {
  return registers_.digest() + set_.digest() + counter_.digest("counter") + ids_.digest("ids") +
         queue_.digest();
}

Value StateMachine::to_value(bool with_sessions) const {
  Value::Map fields{
      {"entries", registers_.to_value()},
      {"sessions", with_sessions ? sessions_.to_value() : Sessions(limits_).to_value()}};
  if (!set_.is_empty()) fields.emplace_back("set", set_.to_value());
  if (counter_.sum() != 0) fields.emplace_back("counter", counter_.to_value());
  if (ids_.sum() != 0) fields.emplace_back("ids", ids_.to_value());
  if (!queue_.is_untouched()) fields.emplace_back("queue", queue_.to_value());
  return Value(std::move(fields));
}

std::optional<StateMachine> StateMachine::from_value(const Value& value, SessionLimits limits) {
  if (value.find("entries") == nullptr || value.find("sessions") == nullptr) return std::nullopt;
  StateMachine result(limits);
  bool is_good = true;
  const auto take = [&](const char* field, auto& part, const auto& read) {
    const Value* found = value.find(field);
    if (found == nullptr) return;
    auto part_read = read(*found);
    is_good = is_good && part_read.has_value();
    if (part_read) part = *std::move(part_read);
  };
  take("entries", result.registers_, Registers::from_value);
  take("set", result.set_, GrowSet::from_value);
  take("counter", result.counter_, Counter::from_value);
  take("ids", result.ids_, Counter::from_value);
  take("queue", result.queue_, Queue::from_value);
  take("sessions", result.sessions_,
       [&](const Value& found) { return Sessions::from_value(found, limits); });
  if (!is_good) return std::nullopt;
  return result;
}

}  // namespace faultrig::raft_kv
