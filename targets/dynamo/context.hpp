// Causal contexts: which versions of one key somebody has seen, exactly. A version is named by a
// dot, (actor, counter): the counter-th version of the key that the actor made. A context keeps
// runs of counters, so it is a version vector where nothing is missing, and stays exact where
// something is: a version that was never seen is never taken for one that was superseded.
//
// An actor is one life of a node: a node that starts again is a new one, so that no dot is given
// twice whatever its disk had of the counters.
//
// Source: DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store" (SOSP 2007), section
// 4.4; dots: Preguica et al., "Dotted Version Vectors" (2010). Cost: linear in the runs.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig::dynamo {

using NodeIndex = std::size_t;  // place in the list of nodes
using Actor = std::int64_t;
using Counter = std::int64_t;  // from 1

inline constexpr std::int64_t most_nodes = 1024;
// Far beyond any real count or stamp, and sums of two of them still fit.
inline constexpr std::int64_t largest_number = std::int64_t{1} << 53;

constexpr Actor actor_of(NodeIndex node, std::int64_t life) {
  return life * most_nodes + static_cast<std::int64_t>(node);
}

struct Dot {
  Actor actor = 0;
  Counter counter = 0;
  friend auto operator<=>(const Dot&, const Dot&) = default;
};

class Context {
 public:
  bool covers(const Dot& dot) const;
  bool covers(const Context& other) const;
  void add(const Dot& dot) { add_run({dot.actor, dot.counter, dot.counter}); }
  void add(const Context& other);
  bool empty() const { return runs_.empty(); }
  std::size_t size() const { return runs_.size(); }
  // Forgets runs from the front until at most so many are left.
  void cut_to(std::size_t runs);

  std::uint64_t digest() const;
  // [[actor, first, last], ...]
  Value to_value() const;
  static std::optional<Context> from_value(const Value& value);

  friend bool operator==(const Context&, const Context&) = default;

 private:
  struct Run {
    Actor actor = 0;
    Counter first = 0;
    Counter last = 0;
    friend auto operator<=>(const Run&, const Run&) = default;
  };
  void add_run(Run run);

  std::vector<Run> runs_;  // sorted, apart
};

}  // namespace faultrig::dynamo
