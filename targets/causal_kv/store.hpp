// What clients read: for each key the write that won, the set of all elements and the sum of all
// deltas. The order in which writes come makes no difference (write.hpp has the rule), so nodes
// with the same writes show the same values. Cost: O(log keys) an operation; the digest is kept up
// to date.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "targets/causal_kv/write.hpp"

namespace faultrig::causal_kv {

class Store {
 public:
  // By the conflict rule. The same delta once more counts once more.
  void apply(const SharedWrite& write);
  // Whatever the key holds: this is it now.
  void put(const SharedWrite& write);
  // nullptr when nobody has written the key.
  const Write* find(const Value& key) const;

  std::size_t size() const { return entries_.size(); }
  // Equal contents have equal digests, however they came about.
  std::uint64_t digest() const;
  const std::set<Value>& elements() const { return elements_; }
  // Modulo 2^64, so that it is the same in any order of the deltas.
  std::int64_t sum() const { return static_cast<std::int64_t>(sum_); }

 private:
  std::map<Value, SharedWrite> entries_;
  std::set<Value> elements_;
  std::uint64_t sum_ = 0;
  std::uint64_t digest_ = 0;  // the sum over entries and elements
};

}  // namespace faultrig::causal_kv
