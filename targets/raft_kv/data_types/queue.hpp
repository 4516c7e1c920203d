// A queue, first in, first out: {type: enqueue, value} and {type: dequeue}, which answers null when
// it is empty. Cost: O(log length) an operation; the digest is kept up to date.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "checkers/history/value.hpp"

namespace faultrig::raft_kv {

class Queue {
 public:
  // Reply bodies.
  Value enqueue(const Value& value);
  Value dequeue();

  std::size_t size() const { return values_.size(); }
  bool is_untouched() const { return next_ == 0; }
  // Of the values and their places; 0 when nothing was ever put in.
  std::uint64_t digest() const;
  // {"next": place, "values": [...]}
  Value to_value() const;
  static std::optional<Queue> from_value(const Value& value);

 private:
  void put(const Value& value);

  // By place, the first value that was ever put in at 0. No std::deque: an empty one owns memory,
  // and nodes are copied for every run.
  std::map<std::uint64_t, Value> values_;
  std::uint64_t next_ = 0;
  std::uint64_t digest_ = 0;  // the sum over the values
};

}  // namespace faultrig::raft_kv
