// Workload `delete`: keys that are written, deleted, and never written again. What was deleted must
// not come back (resurrection).
//
// Bodies are those of Maelstrom's lin-kv workload without cas, and delete {key} -> delete_ok; a
// missing key reads as nil. Every key is written and deleted by one worker, so by one node; every
// value is new in a run. After healing replicas are left alone for `quiet_ms`, or as long as the
// target promises to need to agree, if that is longer; then every node is asked for every key.
// Judged by deleted (final reads; with `promise = "linearizable"` all reads), and, where the target
// promises it, by whether the nodes agree. A target must promise that a deletion covers what its
// client has written before through the same node, and that it is not undone.
#pragma once

#include "workloads/workload.hpp"

namespace faultrig {

inline constexpr const char* delete_summary =
    "keys written, deleted and never used again: nothing comes back (resurrection)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_delete_workload(const RunPlan& plan);

}  // namespace faultrig
