// How many certain presences cover each gap while lives are taken away one by one, and which gaps
// become uncovered by that; gaps stay uncovered once they are.
//
// A tree of minima with additions that stay at the nodes: O(log n) to uncover a range, and O(log n)
// for each gap that becomes uncovered, which happens once to each. Beside it a set of the uncovered
// gaps for the question which is the next one, 64 to a word, level upon level.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace faultrig {

// A growing set of numbers below a bound. Cost: O(log n / 6) a call.
class GrowingSet {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  explicit GrowingSet(std::size_t bound);
  void insert(std::uint32_t number);
  // The largest member up to `number`, or none.
  std::uint32_t last_up_to(std::uint32_t number) const;
  // The smallest member from `number` on, or none.
  std::uint32_t first_from(std::uint32_t number) const;

 private:
  std::vector<std::vector<std::uint64_t>> levels_;  // a bit says the word below it is not empty
};

class GapCoverage {
 public:
  // `counts` by gap.
  explicit GapCoverage(const std::vector<std::uint32_t>& counts);

  // Takes one from the gaps first ... last, and appends those that thereby reach zero.
  void uncover(std::uint32_t first, std::uint32_t last, std::vector<std::uint32_t>& uncovered);
  // Appends the gaps that were never covered. Call once, before anything else.
  void start(std::vector<std::uint32_t>& uncovered);

  const GrowingSet& uncovered() const { return uncovered_; }

 private:
  void pull(std::size_t node);
  void collect(std::vector<std::uint32_t>& uncovered);

  std::size_t leaves_;
  std::vector<std::int32_t> minimum_;  // of the subtree, its own addition included
  std::vector<std::int32_t> added_;    // to all of the subtree
  GrowingSet uncovered_;
};

// Windows of gaps, each handed out once: when a gap in it becomes uncovered. Cost: O(n) to build,
// O(log n) a question.
class WaitingWindows {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // Ascending by `first`.
  struct Window {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t owner;
  };
  explicit WaitingWindows(std::vector<Window> windows);

  // The owner of some window with this gap in it, which is handed out thereby; or none.
  std::uint32_t take_one_with(std::uint32_t gap);

 private:
  std::vector<Window> windows_;
  std::size_t leaves_;
  std::vector<std::uint32_t> latest_;  // end + 1 of the window that ends last in the subtree, or 0
};

}  // namespace faultrig
