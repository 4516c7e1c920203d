#include "checkers/causal/causal_order.hpp"

#include <algorithm>
#include <numeric>

#include "checkers/causal/session_run.hpp"

namespace faultrig {

CausalOrder::CausalOrder(const CausalHistory& history, std::size_t bytes)
    : history_(history),
      most_clocks_(bytes / sizeof(std::uint32_t) / std::max(1U, history.sessions())),
      clock_of_(history.size(), 0) {
  // The first clock knows nothing.
  clocks_.assign(history.session_begin.begin(), history.session_begin.end() - 1);
  std::vector<std::uint32_t> current(history.sessions(), 0);
  std::vector<std::uint32_t> sessions(history.sessions());
  std::iota(sessions.begin(), sessions.end(), 0U);
  SessionRun run(history);
  const bool ended = run.run(
      sessions,
      [&](std::uint32_t operation) {
        const std::uint32_t source = history.source_of[operation];
        const bool waits = history.is_judged_read(operation) && source != CausalHistory::initial &&
                           !run.is_done(source);
        return waits ? source : CausalHistory::none;
      },
      [&](std::uint32_t operation) {
        std::uint32_t& number = current[history.session_of[operation]];
        if (is_complete_) learn(operation, number);
        clock_of_[operation] = number;
      });
  if (!ended) cycle_ = run.stuck_cycle(sessions);
  steps_ += history.size();
}

void CausalOrder::learn(std::uint32_t read, std::uint32_t& current) {
  const std::uint32_t source = history_.source_of[read];
  if (!history_.is_judged_read(read) || source == CausalHistory::initial) return;
  const std::uint32_t session = history_.session_of[read], other = history_.session_of[source];
  const std::size_t sessions = history_.sessions();
  if (other == session || source < clocks_[current * sessions + other]) return;
  const std::size_t number = clocks_.size() / sessions;
  if (number >= most_clocks_) {
    is_complete_ = false;
    return;
  }
  clocks_.resize(clocks_.size() + sessions);
  const std::uint32_t* mine = clocks_.data() + current * sessions;
  const std::uint32_t* theirs = clocks_.data() + clock_of_[source] * sessions;
  std::uint32_t* both = clocks_.data() + number * sessions;
  for (std::size_t s = 0; s < sessions; ++s) both[s] = std::max(mine[s], theirs[s]);
  both[other] = source + 1;
  // Their clock may know of this session, but never more than what has happened in it.
  both[session] = read;
  current = static_cast<std::uint32_t>(number);
  steps_ += sessions;
}

}  // namespace faultrig
