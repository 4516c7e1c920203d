#include "checkers/causal/session_run.hpp"

#include <algorithm>

namespace faultrig {

void SessionRun::wake(std::uint32_t session) {
  std::uint32_t waiter = first_waiter_[session];
  first_waiter_[session] = wake_at_[session] = none;
  while (waiter != none) {
    const std::uint32_t next = next_waiter_[waiter];
    if (is_done(wants_[waiter])) {
      wants_[waiter] = none;
      ready_.push_back(waiter);
    } else {
      wait(waiter, wants_[waiter]);
    }
    waiter = next;
  }
}

std::vector<std::uint32_t> SessionRun::stuck_cycle(std::span<const std::uint32_t> sessions) const {
  const auto first = std::find_if(sessions.begin(), sessions.end(),
                                  [&](std::uint32_t s) { return wants_[s] != none; });
  if (first == sessions.end()) return {};
  // Each waits for exactly one other: after as many steps as there are sessions, we are on a cycle.
  std::uint32_t session = *first;
  for (std::size_t i = 0; i < sessions.size(); ++i) session = history_.session_of[wants_[session]];
  std::vector<std::uint32_t> cycle;
  const std::uint32_t start = session;
  do {
    cycle.push_back(at_[session]);
    session = history_.session_of[wants_[session]];
  } while (session != start);
  return cycle;
}

}  // namespace faultrig
