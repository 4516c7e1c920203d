// Vector clocks for many sessions: persistent, so that clocks which know the same of most sessions
// share that part.
//
// Every process that ends in an unknown outcome leaves a session behind, and soon everybody knows
// all that can be known of it. A clock is a tree of fan-out 32 whose leaves hold a bound a session;
// a join goes down only where two trees differ, and takes over the node of one side where that side
// knows all that the other does. With up to 32 sessions a clock is one flat row. (Persistent trees:
// Driscoll, Sarnak, Sleator, Tarjan 1989.)
//
// A bound is one past the last operation known of a session; 0 where none is. Cost: O(32 * nodes
// that differ) a join, O(log k) a look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace faultrig {

class ClockTree {
 public:
  using Clock = std::uint32_t;         // a node
  static constexpr Clock nothing = 0;  // of this height and of every other

  explicit ClockTree(std::uint32_t sessions);

  std::uint32_t bound(Clock clock, std::uint32_t session) const {
    for (unsigned shift = top_; shift > 0; shift -= digit) {
      clock = cell(clock, (session >> shift) & (width - 1));
    }
    return cell(clock, session & (width - 1));
  }
  // All that either knows.
  Clock join(Clock a, Clock b) { return join(a, b, top_); }
  // The same clock with at least this bound of a session.
  Clock with(Clock clock, std::uint32_t session, std::uint32_t bound);

  // Calls f(session, bound in newer, bound in older) where the former is higher; by session.
  template <typename F>
  void visit_newer(Clock newer, Clock older, F f) const {
    visit_newer(newer, older, top_, 0, f);
  }
  // Calls f(index) for those of the ascending sessions [begin, end) of which `newer` may know more
  // than `older`: all of which it does, and few others.
  template <typename F>
  void visit_newer_among(Clock newer, Clock older, const std::uint32_t* sessions,
                         std::uint32_t begin, std::uint32_t end, F f) const {
    visit_newer_among(newer, older, top_, sessions, begin, end, f);
  }

  std::size_t bytes() const { return cells_.size() * sizeof(std::uint32_t); }
  std::uint64_t nodes() const { return cells_.size() / width; }

 private:
  static constexpr unsigned digit = 5;
  static constexpr std::uint32_t width = 1U << digit;

  std::uint32_t cell(Clock node, std::uint32_t index) const {
    return cells_[(std::size_t{node} << digit) + index];
  }
  Clock join(Clock a, Clock b, unsigned shift);
  template <typename F>
  void visit_newer(Clock newer, Clock older, unsigned shift, std::uint32_t base, F& f) const;
  template <typename F>
  void visit_newer_among(Clock newer, Clock older, unsigned shift, const std::uint32_t* sessions,
                         std::uint32_t begin, std::uint32_t end, F& f) const;

  unsigned top_ = 0;  // how far to shift a session for its digit in the root
  std::vector<std::uint32_t> cells_;
};

template <typename F>
void ClockTree::visit_newer(Clock newer, Clock older, unsigned shift, std::uint32_t base,
                            F& f) const {
  if (newer == older) return;
  for (std::uint32_t i = 0; i < width; ++i) {
    const std::uint32_t a = cell(newer, i), b = cell(older, i);
    if (shift > 0) {
      visit_newer(a, b, shift - digit, base + (i << shift), f);
    } else if (a > b) {
      f(base + i, a, b);
    }
  }
}

template <typename F>
void ClockTree::visit_newer_among(Clock newer, Clock older, unsigned shift,
                                  const std::uint32_t* sessions, std::uint32_t begin,
                                  std::uint32_t end, F& f) const {
  if (newer == older) return;
  while (begin < end) {
    const std::uint32_t index = (sessions[begin] >> shift) & (width - 1);
    if (shift == 0) {
      if (cell(newer, index) > cell(older, index)) f(begin);
      ++begin;
      continue;
    }
    // Those below the same child follow one another.
    const std::uint32_t child = sessions[begin] >> shift;
    std::uint32_t next = begin + 1;
    while (next < end && sessions[next] >> shift == child) ++next;
    visit_newer_among(cell(newer, index), cell(older, index), shift - digit, sessions, begin, next,
                      f);
    begin = next;
  }
}

}  // namespace faultrig
