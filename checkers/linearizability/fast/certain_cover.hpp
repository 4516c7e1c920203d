// Where a collection cannot be empty: the union of the gaps in which some value is certainly
// present. An operation that saw the collection empty must find a gap outside of it.
//
//     value 1   ----|~~~~~~~~~|----
//     value 2          ----|~~~~~~~~|----
//     covered        ===============            gaps; value 1 and 2 are the chain that covers them
//     saw empty        |---------|              contradicts values 1 and 2
//
// For queue, stack and bag this is all there is to it, and the gap may be chosen freely; each says
// why in its own file. (The pattern is VWit of Henzinger, Sezgin and Vafeiadis 2013, section 4, and
// of Bouajjani, Emmi, Enea and Hamza 2015.) Cost: O(n + events) to build, O(log n) a question.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/fast_verdict.hpp"
#include "checkers/linearizability/fast/value_lives.hpp"

namespace faultrig {

class CertainCover {
 public:
  // Gaps, both ends included.
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };

  // `lives` must outlive this.
  CertainCover(std::span<const ValueLife> lives, std::uint32_t events);

  // The maximal covered ranges, ascending.
  std::span<const Range> ranges() const { return ranges_; }
  std::optional<std::uint32_t> first_uncovered(Range within) const;
  // As few lives as possible that together cover a range which is covered. Ascending by insertion.
  std::vector<ValueLife> chain(Range range) const;

 private:
  std::span<const ValueLife> lives_;
  std::vector<std::uint32_t> starts_;   // first covered gaps of the certain presences, ascending
  std::vector<std::uint32_t> longest_;  // of those up to here, the life that lasts longest
  std::vector<Range> ranges_;
};

// A gap for every sighting of emptiness, or a contradiction.
struct EmptyGaps {
  std::vector<std::uint32_t> gaps;  // by number of the sighting
  std::optional<FastVerdict> contradiction;
};
EmptyGaps place_empties(const ValueLives& lives, const CertainCover& cover);

}  // namespace faultrig
