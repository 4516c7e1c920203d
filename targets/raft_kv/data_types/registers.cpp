#include "targets/raft_kv/data_types/registers.hpp"

#include <fmt/format.h>

#include "harness/node/hashing.hpp"
#include "targets/raft_kv/data_types/replies.hpp"

namespace faultrig::raft_kv {
namespace {

Value missing_key(const Value& key) {
  return error_body(ErrorCode::key_does_not_exist, "no key " + key.to_string());
}

std::uint64_t digest_of(const Value& key, const Value& value) {
  return combine(stable_hash(key), stable_hash(value));
}

Value transaction_body(Value::List accesses) {
  return Value::map({{"type", "txn_ok"}, {"txn", Value(std::move(accesses))}});
}

}  // namespace

bool is_access(const Value& access) {
  if (!access.is_list() || access.as_list().size() != 3) return false;
  const Value& word = access.as_list()[0];
  return word.is_string() && (word.as_string() == "r" || word.as_string() == "w");
}

bool is_write_access(const Value& access) { return access.as_list()[0].as_string() == "w"; }

void Registers::put(const Value& key, const Value& value) {
  const auto [at, is_new] = entries_.try_emplace(key, value);
  if (!is_new) {
    digest_ -= digest_of(key, at->second);
    at->second = value;
  }
  digest_ += digest_of(key, value);
}

Value Registers::read(const Value& key) const {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return missing_key(key);
  return value_body("read_ok", at->second);
}

Value Registers::write(const Value& key, const Value& value) {
  static const Value done = Value::map({{"type", "write_ok"}});
  put(key, value);
  return done;
}

Value Registers::compare_and_set(const Value& operation) {
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

Value Registers::filled_in(const Value& access) const {
  if (is_write_access(access)) return access;
  const Value& key = access.as_list()[1];
  const auto at = entries_.find(key);
  return Value::list({access.as_list()[0], key, at == entries_.end() ? Value() : at->second});
}

Value Registers::transact(const Value& accesses) {
  Value::List results;
  for (const Value& access : accesses.as_list()) {
    if (is_write_access(access)) put(access.as_list()[1], access.as_list()[2]);
    results.push_back(filled_in(access));
  }
  return transaction_body(std::move(results));
}

Value Registers::read_together(const Value& accesses) const {
  Value::List results;
  for (const Value& access : accesses.as_list()) results.push_back(filled_in(access));
  return transaction_body(std::move(results));
}

Value Registers::to_value() const {
  Value::List pairs;
  for (const auto& [key, value] : entries_) pairs.push_back(Value::list({key, value}));
  return Value(std::move(pairs));
}

std::optional<Registers> Registers::from_value(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Registers result;
  for (const Value& pair : value.as_list()) {
    if (!pair.is_list() || pair.as_list().size() != 2) return std::nullopt;
    result.put(pair.as_list()[0], pair.as_list()[1]);
  }
  return result;
}

}  // namespace faultrig::raft_kv
