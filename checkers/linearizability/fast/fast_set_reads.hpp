// A set with `add v` and reads of the whole set, each value added at most once: Jepsen's set
// workload.
//
// The set only grows, so reads must be a chain by inclusion; sorted by size, each must hold all
// that the one before it held. The chain says between which reads a value came, and what is left is
// whether that keeps real time (growing_reads.hpp). Two reads neither of which holds the other have
// a value each that the other lacks, and the four contradict themselves. A value that nobody added
// is a contradiction by itself; one listed twice in a read of a set is there, no more.
//
// Cost: O(n log n) for ranking events; linear beyond, in the operations and in the sizes of reads.
#pragma once

#include <span>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"

namespace faultrig {

// Takes insert and read_all, contents in any order. Throws as rank_events.
FastVerdict decide_set_reads(std::span<const CollectionOperation> operations);

}  // namespace faultrig
