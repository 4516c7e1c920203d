// The causal order CO of a history: session order and reads-from, transitively closed, as one
// vector clock an operation (Fidge 1988, Mattern 1989).
//
// A clock holds a bound a session: every operation of that session below the bound is in the past.
// It changes only where a read learns something new, so operations share clocks and only those
// reads cost memory. Cost: O(n + k * learning reads) time and memory, k sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checkers/causal/causal_history.hpp"

namespace faultrig {

class CausalOrder {
 public:
  // At most `bytes` are used for clocks; is_complete tells whether that was enough.
  CausalOrder(const CausalHistory& history, std::size_t bytes);

  bool is_complete() const { return is_complete_; }
  // Operations on a cycle as SessionRun::stuck_cycle gives them; empty when there is none. Then no
  // clock counts. (The pattern CyclicCO.)
  const std::vector<std::uint32_t>& cycle() const { return cycle_; }

  // One past the last operation of `session` that precedes `operation`.
  std::uint32_t bound(std::uint32_t operation, std::uint32_t session) const {
    if (history_.session_of[operation] == session) return operation;
    return clock(operation)[session];
  }
  bool precedes(std::uint32_t a, std::uint32_t b) const {
    return a < bound(b, history_.session_of[a]);
  }
  // The bounds of all sessions but the operation's own.
  const std::uint32_t* clock(std::uint32_t operation) const {
    return clocks_.data() + std::size_t{clock_of_[operation]} * history_.sessions();
  }
  // Equal numbers, equal clocks.
  std::uint32_t clock_number(std::uint32_t operation) const { return clock_of_[operation]; }
  std::uint64_t steps() const { return steps_; }

 private:
  void learn(std::uint32_t read, std::uint32_t& current);

  const CausalHistory& history_;
  std::size_t most_clocks_;
  std::vector<std::uint32_t> clock_of_;  // of an operation
  std::vector<std::uint32_t> clocks_;    // one after the other
  std::vector<std::uint32_t> cycle_;
  bool is_complete_ = true;
  std::uint64_t steps_ = 0;
};

}  // namespace faultrig
