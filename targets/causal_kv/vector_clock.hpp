// Vector clocks: of each node's writes, how many there are in something that has all of them up to
// there. One count for each node, in the order of the list of nodes, which is one for all.
//
// Source: Fidge, "Timestamps in Message-Passing Systems That Preserve the Partial Ordering" (1988);
// Mattern, "Virtual Time and Global States of Distributed Systems" (1988); for broadcast Birman,
// Schiper and Stephenson, "Lightweight Causal and Atomic Group Multicast" (1991). Cost: a copy and
// a comparison are linear in the nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig::causal_kv {

using NodeIndex = std::size_t;  // place in the list of nodes
using Sequence = std::int64_t;  // of the writes of one node, from 1; 0 is before the first
// Far beyond any real count or stamp, and sums of two of them still fit. Readers refuse what is
// larger.
inline constexpr std::int64_t largest_number = std::int64_t{1} << 53;

class VectorClock {
 public:
  VectorClock() = default;
  explicit VectorClock(std::size_t nodes) : counts_(nodes) {}

  std::size_t size() const { return counts_.size(); }
  Sequence operator[](NodeIndex node) const { return counts_[node]; }
  void set(NodeIndex node, Sequence count) { counts_[node] = count; }
  void raise(NodeIndex node, Sequence count) {
    if (counts_[node] < count) counts_[node] = count;
  }
  void raise(const VectorClock& other);
  // Has everything that `other` counts. Both are of one cluster.
  bool covers(const VectorClock& other) const;

  // "[3,0,5]"
  std::string to_string() const { return to_value().to_string(); }
  std::uint64_t digest() const;
  Value to_value() const;
  // Nothing when the value is no list of `nodes` counts.
  static std::optional<VectorClock> from_value(const Value& value, std::size_t nodes);

  friend bool operator==(const VectorClock&, const VectorClock&) = default;

 private:
  std::vector<Sequence> counts_;
};

}  // namespace faultrig::causal_kv
