// A first-in-first-out queue whose enqueued values are distinct.
//
// Value a must enter before b (a -> b) when a's enqueue precedes b's, or a's dequeue b's; a value
// never dequeued counts as dequeued last. What contradicts itself is found in pairs:
//
//     a   |-enqueue-|                          |-dequeue-|        overtaken: a -> b by enqueues,
//     b               |-enqueue-| |-dequeue-|                     b -> a by dequeues
//
// Claim: with every value's life in order (value_lives.hpp) and no such pair, the queue is
// linearizable. First trim what is no choice: an enqueue takes effect before its dequeue ends, a
// dequeue after its enqueue begins. Then `->` has no cycle: each of its two parts is an interval
// order (transitive, and p < q, r < s imply p < s or r < q), so a shortest cycle alternates
// a1 <enqueue a2 <dequeue a3 <enqueue a4 <dequeue ..., and a1 <enqueue a4 or a3 <enqueue a2 closes
// a cycle of two. In any order of the values that keeps `->`, let each enqueue and each dequeue
// take effect as early as it can: that is never too late, since what held it up began before it
// ended.
//
// A sighting of emptiness acts as a value enqueued and dequeued in one point. So it must find a gap
// in which no value is certainly present (certain_cover.hpp), or a cycle of two arises; any such
// gap will do, since with points the two parts are interval orders still.
//
// (The patterns VFresh, VRepet, VOrd and VWit of Henzinger, Sezgin and Vafeiadis 2013,
// "Aspect-oriented linearizability proofs", section 4; Bouajjani, Emmi, Enea and Hamza 2015.)
//
// Cost: O(n log n), of which only the ranking of events is more than linear.
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// insert is enqueue, remove is dequeue. Throws as rank_events.
FastVerdict decide_fifo_queue(std::span<const CollectionOperation> operations);

}  // namespace faultrig
