// Runs every session forward at its own pace, each operation only after those it must follow, and
// so finds out whether an order of sessions and other edges is free of cycles (Kahn's algorithm
// with a session as one queue: no counters, no adjacency lists, memory read in order).
//
// When nothing can move any more, every session that has not ended waits for an operation of
// another one that waits as well: the cycle. Cost: O(operations + edges), plus O(waiters) whenever
// a session passes an operation that others wait for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/causal/causal_history.hpp"

namespace faultrig {

class SessionRun {
 public:
  static constexpr std::uint32_t none = CausalHistory::none;

  explicit SessionRun(const CausalHistory& history)
      : history_(history),
        at_(history.sessions()),
        end_(history.sessions()),
        wants_(history.sessions(), none),
        wake_at_(history.sessions(), none),
        first_waiter_(history.sessions(), none),
        next_waiter_(history.sessions(), none) {
    for (std::uint32_t s = 0; s < history.sessions(); ++s) {
      at_[s] = history.session_begin[s];
      end_[s] = history.session_begin[s + 1];
    }
  }

  // Only these operations of a session take part; whatever is before them is done. For all.
  void restrict(std::uint32_t session, std::uint32_t begin, std::uint32_t end) {
    at_[session] = begin;
    end_[session] = end;
    wants_[session] = wake_at_[session] = first_waiter_[session] = none;
  }
  bool is_done(std::uint32_t operation) const {
    return operation < at_[history_.session_of[operation]];
  }

  // `blocker(operation)` names an operation that must come first and is not done, or none;
  // `visit(operation)` is called in an order that keeps all edges. True when all sessions ended.
  template <typename Blocker, typename Visit>
  bool run(std::span<const std::uint32_t> sessions, Blocker blocker, Visit visit);

  // After a run that returned false: operations on a cycle, each of which waits for the next one or
  // for something that follows the next one in its session. The last waits for the first.
  std::vector<std::uint32_t> stuck_cycle(std::span<const std::uint32_t> sessions) const;
  // Where a session has come to.
  std::uint32_t at(std::uint32_t session) const { return at_[session]; }

 private:
  void wait(std::uint32_t session, std::uint32_t operation) {
    const std::uint32_t other = history_.session_of[operation];
    wants_[session] = operation;
    next_waiter_[session] = first_waiter_[other];
    first_waiter_[other] = session;
    if (wake_at_[other] == none || operation < wake_at_[other]) wake_at_[other] = operation;
  }
  // Moves to `ready_` who waits for what `session` has passed.
  void wake(std::uint32_t session);

  const CausalHistory& history_;
  std::vector<std::uint32_t> at_;  // the next operation of a session
  std::vector<std::uint32_t> end_;
  std::vector<std::uint32_t> wants_;         // of a session that waits
  std::vector<std::uint32_t> wake_at_;       // the first operation of a session that others want
  std::vector<std::uint32_t> first_waiter_;  // lists of sessions, by the session waited for
  std::vector<std::uint32_t> next_waiter_;
  std::vector<std::uint32_t> ready_;
};

template <typename Blocker, typename Visit>
bool SessionRun::run(std::span<const std::uint32_t> sessions, Blocker blocker, Visit visit) {
  ready_.assign(sessions.rbegin(), sessions.rend());
  std::size_t ended = 0;
  while (!ready_.empty()) {
    const std::uint32_t session = ready_.back();
    ready_.pop_back();
    std::uint32_t& at = at_[session];
    const std::uint32_t end = end_[session];
    std::uint32_t want = none;
    while (at < end && (want = blocker(at)) == none) {
      visit(at);
      // Who waits for this goes on after this session, so that memory is read in long runs.
      if (at++ == wake_at_[session]) wake(session);
    }
    if (at == end) {
      ++ended;
    } else {
      wait(session, want);
    }
  }
  return ended == sessions.size();
}

}  // namespace faultrig
