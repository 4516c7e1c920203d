// What clients read: for each key the write that won. The order in which writes come makes no
// difference (write.hpp has the rule), so nodes with the same writes show the same values.
// Cost: O(log keys) an operation; the digest is kept up to date.
#pragma once

#include <cstdint>
#include <map>

#include "targets/causal_kv/write.hpp"

namespace faultrig::causal_kv {

class Store {
 public:
  // By the conflict rule.
  void apply(const SharedWrite& write);
  // Whatever the key holds: this is it now.
  void put(const SharedWrite& write);
  // nullptr when nobody has written the key.
  const Write* find(const Value& key) const;

  std::size_t size() const { return entries_.size(); }
  // Equal contents have equal digests, however they came about.
  std::uint64_t digest() const { return digest_; }

 private:
  std::map<Value, SharedWrite> entries_;
  std::uint64_t digest_ = 0;  // the sum over the entries
};

}  // namespace faultrig::causal_kv
