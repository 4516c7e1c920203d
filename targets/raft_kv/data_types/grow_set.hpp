// A set that only grows (the bodies of Maelstrom's g-set). Cost: O(log elements) an add, a read is
// linear; the digest is kept up to date.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "checkers/history/value.hpp"

namespace faultrig::raft_kv {

class GrowSet {
 public:
  // Reply bodies.
  Value add(const Value& element);
  Value read() const;

  bool is_empty() const { return elements_.empty(); }
  // The sum over the elements; 0 when empty.
  std::uint64_t digest() const { return digest_; }
  // What the digest is of a set with just the elements that a read has shown.
  static std::uint64_t digest_of(const Value::List& elements);
  Value to_value() const;
  static std::optional<GrowSet> from_value(const Value& value);

 private:
  std::set<Value> elements_;
  std::uint64_t digest_ = 0;
};

}  // namespace faultrig::raft_kv
