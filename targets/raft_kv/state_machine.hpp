// The replicated state: the data that clients see, and their sessions. Deterministic; knows nothing
// of Raft.
//
// The data are of several types (data_types/), each on its own: registers, a set, a counter, a
// queue and the ids given out. Operations are in operations.hpp; those that only read are never in
// the log. What is empty costs nothing, neither in a snapshot nor in the digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "targets/raft_kv/data_types/counter.hpp"
#include "targets/raft_kv/data_types/grow_set.hpp"
#include "targets/raft_kv/data_types/queue.hpp"
#include "targets/raft_kv/data_types/registers.hpp"
#include "targets/raft_kv/operations.hpp"
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
  // The reply body to an operation that only reads.
  Value read(const Value& operation) const;
  // The reply to a command that was done before; nothing when it would have to be done.
  std::optional<Value> repeated(const Command& command) const;
  std::optional<Value> repeated(const std::string& client, std::int64_t id,
                                std::uint64_t fingerprint) const;

  const Registers& registers() const { return registers_; }
  const GrowSet& set() const { return set_; }
  const Counter& counter() const { return counter_; }
  const Queue& queue() const { return queue_; }
  const Sessions& sessions() const { return sessions_; }
  // Equal contents have equal digests, however they came about. Kept up to date, so O(1).
  std::uint64_t data_digest() const;
  std::uint64_t sessions_digest() const { return sessions_.digest(); }
  Value to_value(bool with_sessions = true) const;
  // Nothing when the value was not made by to_value.
  static std::optional<StateMachine> from_value(const Value& value, SessionLimits limits);

 private:
  Value execute(OperationKind kind, const Value& operation);

  SessionLimits limits_;
  Registers registers_;
  GrowSet set_;
  Counter counter_;
  Counter ids_;
  Queue queue_;
  Sessions sessions_;
};

}  // namespace faultrig::raft_kv
