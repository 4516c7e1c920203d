// The causal order CO of a history: session order and reads-from, transitively closed, as one
// vector clock an operation (Fidge 1988, Mattern 1989).
//
// A clock holds a bound a session: every operation of that session below the bound is in the past.
// It changes only where a read learns something new, so operations share clocks and only those
// reads cost memory. Cost: O(n + k * learning reads) time and memory for k sessions, much less
// where sessions come and go (clock_tree.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checkers/causal/causal_history.hpp"
#include "checkers/causal/clock_tree.hpp"

namespace faultrig {

class CausalOrder {
 public:
  // About `bytes` are used for clocks; is_complete tells whether that was enough.
  CausalOrder(const CausalHistory& history, std::size_t bytes);

  bool is_complete() const { return is_complete_; }
  // False when there is a cycle (CyclicCO). Then no clock counts.
  bool is_acyclic() const { return is_acyclic_; }

  // One past the last operation of `session` that precedes `operation`; 0 when none does.
  std::uint32_t bound(std::uint32_t operation, std::uint32_t session) const {
    if (history_.session_of[operation] == session) return operation;
    return clocks_.bound(clock_of_[operation], session);
  }
  bool precedes(std::uint32_t a, std::uint32_t b) const {
    return a < bound(b, history_.session_of[a]);
  }
  // In `clocks`; of the operation's own session it does not count. Equal clocks, equal pasts.
  ClockTree::Clock clock_of(std::uint32_t operation) const { return clock_of_[operation]; }
  const ClockTree& clocks() const { return clocks_; }
  std::uint64_t steps() const { return steps_; }

 private:
  ClockTree::Clock learn(std::uint32_t read, ClockTree::Clock known);

  const CausalHistory& history_;
  ClockTree clocks_;
  std::size_t most_bytes_;
  std::vector<ClockTree::Clock> clock_of_;  // of an operation
  bool is_acyclic_ = true;
  bool is_complete_ = true;
  std::uint64_t steps_ = 0;
};

}  // namespace faultrig
