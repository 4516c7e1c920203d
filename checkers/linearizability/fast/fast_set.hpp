// A set with `add v`, `remove v` and `contains v`, each value added at most once. Removing a value
// that is not there does nothing.
//
// A set is one object a value, and a history is linearizable exactly when each object's part is
// (Herlihy and Wing 1990, theorem 1). One value is present from its addition to the first removal
// thereafter; every `true` must fall between, every `false` and every other removal outside.
//
// The addition is best late, the removal early; the former wins unless a removal can follow so soon
// that nothing need fall between but the `true`s:
//
//   no later than   the addition may end, and the first `true` ends                  (latest)
//   the removal     not before the last `true` begins, nor the addition                (soonest)
//   some removal reaches a gap of soonest ... latest: add, `true`s and removal all in that gap, and
//     every other operation has a place before or after it in its own time;
//   else add in `latest`, and the removal that can follow first: for everything that must fall
//     outside, a later addition or a later removal is no better.
//
// Unknown outcomes: an addition nobody saw never happened, as if so an order that is legal stays
// so; a removal happens where it is of use, or never; a question without an answer claims nothing.
//
// Cost: O(n log n), of which only the ranking of events is more than linear.
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// Takes insert, remove, saw_present and saw_absent, all with a value. Not applicable where a value
// was added twice and the others do not contradict themselves. Throws as rank_events.
FastVerdict decide_set(std::span<const CollectionOperation> operations);

}  // namespace faultrig
