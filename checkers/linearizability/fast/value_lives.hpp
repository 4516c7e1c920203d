// What queue, stack and bag have in common: every value lives from its one insertion to its one
// removal, and what cannot be told (unknown outcomes, values inserted twice) is set aside soundly.
//
// Everything here rests on one fact: leaving a value out of a legal order, with all its operations,
// leaves a legal order. (What comes out next is decided among the values that are left, in the same
// way; a collection that was empty still is.) Hence
//
// - an unknown insert of a value that nobody removed is left out: if an order has it, an order has
//   it not. An unknown insert of a removed value happened, at the latest before that removal.
// - an unknown remove took a value that no other operation removed, or nothing. So a contradiction
//   among values whose removal is known stands, whatever it took; an order that does without it
//   stands, since it need not have happened. Only between the two the procedure cannot tell.
// - a value inserted more than once (ambiguous) is left out: a contradiction among the others
//   stands, an order of the others proves nothing.
//
// A removal of a value nobody inserted, a second removal, and a removal that ends before the
// insertion begins are contradictions of their own. Cost: O(n log n), for ranking events.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// One value. Times are ranks of events (event_ranks.hpp).
//
//        ins_begin        ins_end         rem_begin       rem_end
//            |---- insert ----|               |--- remove ---|
//                              ~~~~~~~~~~~~~~~
//                              certainly present, in the gaps ins_end+1 ... rem_begin
struct ValueLife {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t insert;  // positions in the history
  std::uint32_t remove;  // none: nobody took it out
  std::uint32_t insert_begin;
  std::uint32_t insert_end;    // number of events: unknown outcome
  std::uint32_t remove_begin;  // number of events, as remove_end: never
  std::uint32_t remove_end;

  bool is_removed() const { return remove != none; }
  // Otherwise insertion and removal can take effect one right after the other.
  bool is_certainly_present_sometime() const { return insert_end < remove_begin; }
};

struct EmptySighting {
  std::uint32_t position;
  std::uint32_t begin;
  std::uint32_t end;
};

struct ValueLives {
  std::vector<ValueLife> lives;
  std::vector<EmptySighting> empties;
  std::uint32_t events = 0;
};

// Decides lives all of which are as they seem; its verdict is always applicable.
using DecideLives = FastVerdict (*)(const ValueLives& lives);

// Pairs up the operations, and asks `decide` as often (at most twice) as unknown outcomes need.
// Not applicable to other actions than insert, remove and saw_empty. Throws as rank_events.
FastVerdict decide_by_lives(std::span<const CollectionOperation> operations, DecideLives decide);

// The positions of these lives' operations.
std::vector<std::uint32_t> positions_of(std::span<const ValueLife> lives);

}  // namespace faultrig
