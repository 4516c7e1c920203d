// A last-in-first-out stack whose pushed values are distinct.
//
// An order is legal when the presences [push, pop] of values are nested or apart, never crossing.
// A value is certainly present between the end of its push and the begin of its pop, if there is
// such a time; if not, push and pop can follow each other at once and the value disturbs nobody.
// Leave those out, and look at the gaps which nobody's certain presence covers:
//
//     a   |push|~~~~~~~~~~~~~~~~~|--pop--|                          ~ certain presence
//     b         |-push-|~~~~~~|-pop-|                  |push|~~~|pop|   c
//     uncovered ........                  .................      ....
//
// Claim 1. A gap that nobody covers parts the history: it is linearizable exactly when the values
// that are certainly present before and those certainly present after are so separately. For in a
// legal order whatever the former did after the gap can be moved to its near edge, and whatever the
// latter did before it to the far edge: moves that keep their order never make presences cross.
//
// Claim 2. Between two uncovered gaps with none in between (a component) the stack is never empty,
// so that one value lies at the bottom all the while: it was pushed in or before the first gap and
// popped in or after the second. Without such a candidate there is no legal order. With one, it may
// be left out: a legal order of the others, moved likewise between the two gaps, fits inside it. So
// every candidate will do, and leaving one out makes no other lose its place.
//
// Together: a value can be peeled off whenever there is an uncovered gap in its push and one in its
// pop (one never popped needs the former alone). Peeling uncovers more gaps. All peeled: a legal
// order, built from the outside in. Some stuck: their components have no candidate, no legal order.
//
// A stuck component shows its contradiction in a chain of values that covers it from end to end, as
// few as possible: they alone form the same component, and none of them is a candidate. That is
// shrunk until no value can be left out.
//
// A sighting of emptiness needs an uncovered gap before any peeling; by claim 1 any one will do.
//
// The scheme, to leave out values that cannot matter, is Lee and Mathur's (2025, "Efficient
// decrease-and-conquer linearizability monitoring"); the claims are argued here for themselves,
// since published arguments for stacks have had gaps (Abdulla, Grahn, Jonsson, Krishna and Mishra
// 2025, "Efficient linearizability monitoring", gives counter-examples to earlier ones).
//
// Cost: O(n log n).
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// insert is push, remove is pop. Throws as rank_events.
FastVerdict decide_stack(std::span<const CollectionOperation> operations);

}  // namespace faultrig
