// A list with `append v` and reads of the whole list, appended values distinct.
//
// The list only grows at its end, so every read is a prefix of the longest one, which thereby tells
// the order of all appends that anybody saw. What is left is whether that order keeps real time
// (growing_reads.hpp). Reads that are no prefixes of one another differ in a first place, and the
// two values there contradict the two reads. A value read twice, or one that nobody appended, is a
// contradiction by itself.
//
// Cost: O(n log n) for ranking events; linear beyond, in the operations and in the sizes of reads.
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// Takes insert and read_all, contents from first to last. Throws as rank_events.
FastVerdict decide_list(std::span<const CollectionOperation> operations);

}  // namespace faultrig
