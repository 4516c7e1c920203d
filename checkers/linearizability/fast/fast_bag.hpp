// A bag (unordered queue) whose inserted values are distinct: any present value may come out.
//
// Values do not see each other, so all that can go wrong is one value's life (value_lives.hpp) and
// a sighting of emptiness while some value is certainly present (certain_cover.hpp).
//
// Why a free choice of uncovered gaps for the sightings suffices: at such a gap every value either
// may be inserted later (its insert ends later) or can be removed before (its remove began before).
// Put it after the gap if the former holds, else before: for later gaps "before" holds for more
// values, so the choices agree, and each value has what lies between two neighbouring sightings to
// itself, which its insert and its remove reach both.
//
// Cost: O(n log n), of which only the ranking of events is more than linear.
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// Takes insert, remove and saw_empty. Throws as rank_events.
FastVerdict decide_bag(std::span<const CollectionOperation> operations);

}  // namespace faultrig
