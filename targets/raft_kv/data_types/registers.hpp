// Registers by key: read, written, compared and set, or several of them in one transaction (the
// bodies of Maelstrom's lin-kv and txn-rw-register). Cost: O(log keys) an access; the digest is
// kept up to date.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "checkers/history/value.hpp"

namespace faultrig::raft_kv {

// An access of a transaction: ["r", key, null] or ["w", key, value].
bool is_access(const Value& access);
// Requires an access.
bool is_write_access(const Value& access);

class Registers {
 public:
  // Reply bodies. Error 20 for a key that nobody has written.
  Value read(const Value& key) const;
  Value write(const Value& key, const Value& value);
  // The operation has key, from and to; error 22 when the value is not `from`.
  Value compare_and_set(const Value& operation);
  // The accesses in their order, each seeing those before it, with what was read filled in; null
  // for a missing key.
  Value transact(const Value& accesses);
  // The same for accesses that only read.
  Value read_together(const Value& accesses) const;

  const std::map<Value, Value>& entries() const { return entries_; }
  // The sum over the entries: equal contents have equal digests, however they came about.
  std::uint64_t digest() const { return digest_; }
  Value to_value() const;
  static std::optional<Registers> from_value(const Value& value);

 private:
  void put(const Value& key, const Value& value);
  Value filled_in(const Value& access) const;

  std::map<Value, Value> entries_;
  std::uint64_t digest_ = 0;
};

}  // namespace faultrig::raft_kv
