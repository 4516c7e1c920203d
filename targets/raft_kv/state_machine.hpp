// The replicated state: a map from key to value, and the client sessions. Deterministic; knows
// nothing of Raft.
//
// Operations are the request bodies of Maelstrom's lin-kv service without their msg_id:
// {type:"read",key} (never in the log), {type:"write",key,value}, {type:"cas",key,from,to,
// create_if_not_exists?}. Replies: read_ok {value}, write_ok, cas_ok, or error 20 (no such key) and
// 22 (the value is not `from`).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "targets/raft_kv/sessions.hpp"

namespace faultrig::raft_kv {

// A log entry's command: who asked, and what.
struct Command {
  std::string client;
  std::int64_t id = 0;
  Value operation;

  Value to_value() const;
  static std::optional<Command> from_value(const Value& value);
};

class StateMachine {
 public:
  explicit StateMachine(SessionLimits limits) : limits_(limits), sessions_(limits) {}
  SessionLimits limits() const { return limits_; }

  // Does the command once; a repeat gets the reply of the first time. A nil command (a leader's
  // opening entry) or one that is not well-formed does nothing and gives nil.
  Value apply(const Value& command);
  // The reply body of a read.
  Value read(const Value& key) const;
  // The reply to a command that was done before; nothing when it would have to be done.
  std::optional<Value> repeated(const Command& command) const;
  std::optional<Value> repeated(const std::string& client, std::int64_t id,
                                std::uint64_t fingerprint) const;

  const std::map<Value, Value>& entries() const { return entries_; }
  const Sessions& sessions() const { return sessions_; }
  // Equal contents have equal digests, however they came about. Kept up to date, so O(1).
  std::uint64_t entries_digest() const { return entries_digest_; }
  std::uint64_t sessions_digest() const { return sessions_.digest(); }
  Value to_value(bool with_sessions = true) const;
  // Nothing when the value was not made by to_value.
  static std::optional<StateMachine> from_value(const Value& value, SessionLimits limits);

 private:
  Value execute(const Value& operation);
  Value compare_and_set(const Value& operation);
  void put(const Value& key, const Value& value);

  SessionLimits limits_;
  std::map<Value, Value> entries_;
  std::uint64_t entries_digest_ = 0;  // the sum over the entries
  Sessions sessions_;
};

// Empty when the body is a well-formed read, write or cas; otherwise what is wrong with it.
std::string problem_of_operation(const Value& body);
// The body without the fields that belong to the message.
Value operation_of(const Value& body);

}  // namespace faultrig::raft_kv
