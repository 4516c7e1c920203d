// A sum (the bodies of Maelstrom's g-counter and pn-counter), and the numbers of unique-ids, which
// are a sum as well: each id is the count of those given out. Cost: O(1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig::raft_kv {

class Counter {
 public:
  // Reply bodies. Error 22 when the sum would not fit into 64 bits; nothing has happened then.
  Value add(std::int64_t delta);
  Value read() const;
  Value generate();

  std::int64_t sum() const { return sum_; }
  // 0 for the sum 0. `name` keeps two counters apart.
  std::uint64_t digest(std::string_view name) const;
  Value to_value() const { return Value(sum_); }
  static std::optional<Counter> from_value(const Value& value);

 private:
  std::int64_t sum_ = 0;
};

}  // namespace faultrig::raft_kv
