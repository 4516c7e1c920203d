// Time as the procedures use it: the events of a history numbered 0, 1, ... without holes, and the
// gaps between them, in which operations take effect.
//
//     event      0     1     2     3
//     gap     0     1     2     3     4       gap g lies just before event g
//
// An operation invoked at event s and completed at event e takes effect in one of the gaps
// s+1 ... e; many operations may share a gap, in any order. Cost: O(n log n) to rank, O(n) to sort
// by rank.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"

namespace faultrig {

struct EventRanks {
  std::vector<std::uint32_t> invoked;    // by position of the operation
  std::vector<std::uint32_t> completed;  // `events` for one that never completed
  std::uint32_t events = 0;              // so the last gap is `events`
};

// Events of one index (there should be none) count as simultaneous: neither operation precedes the
// other. Throws std::invalid_argument for an operation that ends before it begins, a certain insert
// or remove without a value, and for more than 2^29 operations.
EventRanks rank_events(std::span<const CollectionOperation> operations);

// The numbers 0 ... keys.size()-1 by ascending key, equal keys in order of number. Keys are at most
// `largest`. Cost: O(keys + largest).
std::vector<std::uint32_t> sorted_by(std::span<const std::uint32_t> keys, std::uint32_t largest);

// An operation put into a gap.
struct Placement {
  std::uint32_t gap;
  std::uint32_t position;
};

// The positions gap by gap, those of one gap as they stand in `placements`.
std::vector<std::uint32_t> order_by_gap(std::span<const Placement> placements,
                                        std::uint32_t last_gap);

}  // namespace faultrig
