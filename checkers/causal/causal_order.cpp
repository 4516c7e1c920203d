#include "checkers/causal/causal_order.hpp"

#include <numeric>

#include "checkers/causal/session_run.hpp"

namespace faultrig {

CausalOrder::CausalOrder(const CausalHistory& history, std::size_t bytes)
    : history_(history),
      clocks_(history.sessions()),
      most_bytes_(bytes),
      clock_of_(history.size(), ClockTree::nothing) {
  std::vector<ClockTree::Clock> known(history.sessions(), ClockTree::nothing);
  std::vector<std::uint32_t> sessions(history.sessions());
  std::iota(sessions.begin(), sessions.end(), 0U);
  SessionRun run(history);
  is_acyclic_ = run.run(
      sessions,
      [&](std::uint32_t operation) {
        const std::uint32_t source = history.source_of[operation];
        const bool waits =
            source != operation && source < CausalHistory::initial && !run.is_done(source);
        return waits ? source : CausalHistory::none;
      },
      [&](std::uint32_t operation) {
        ClockTree::Clock& clock = known[history.session_of[operation]];
        const std::uint32_t source = history.source_of[operation];
        if (source != operation && source < CausalHistory::initial) {
          clock = learn(operation, clock);
        }
        clock_of_[operation] = clock;
      });
  steps_ += history.size() + clocks_.nodes() * 16;
}

ClockTree::Clock CausalOrder::learn(std::uint32_t read, ClockTree::Clock known) {
  const std::uint32_t source = history_.source_of[read];
  const std::uint32_t other = history_.session_of[source];
  const bool is_new = other != history_.session_of[read] && source >= clocks_.bound(known, other);
  if (!is_new || !is_complete_) return known;
  is_complete_ = clocks_.bytes() < most_bytes_;
  return clocks_.with(clocks_.join(known, clock_of_[source]), other, source + 1);
}

}  // namespace faultrig
