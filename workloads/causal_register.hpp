// Workload `causal_register`: a few hot registers, read and written by sessions that look at what
// others have written before they write themselves, so that every write has a cause.
//
// Bodies are those of Maelstrom's lin-kv workload without cas; a missing key reads as nil. Every
// value is written once in a run, in whatever key, so that a read names the write that it saw. A
// session is a process: it asks one node (harness/interpreter), and is retired once an outcome is
// unknown. Judged by causal consistency, which needs no clock that the sessions share; and, where
// the target promises that its nodes come to agree, by what they show in the end.
#pragma once

#include "workloads/workload.hpp"

namespace faultrig {

inline constexpr const char* causal_register_summary =
    "hot registers: sessions read what others wrote, then write (causal consistency)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_causal_register_workload(const RunPlan& plan);

}  // namespace faultrig
