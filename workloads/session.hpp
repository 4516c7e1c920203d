// Workload `session`: a few hot registers, and sessions that write and look in the orders in which
// a lost session guarantee shows itself (session_load.hpp).
//
// Bodies are those of Maelstrom's lin-kv workload without cas; a missing key reads as nil. Every
// value is written once in a run. A session is a process: it asks one node for all of its life
// (harness/interpreter), and is retired once an outcome is unknown; sessions that move are not
// here, since bodies carry nothing by which a node could know what they have seen elsewhere. Judged
// by read your writes, monotonic reads, monotonic writes and writes follow reads, each by itself;
// and, where the target promises that its nodes come to agree, by what they show in the end. A
// target must promise the four to a client that stays with its node.
// Source: Terry et al., "Session guarantees for weakly consistent replicated data" (PDIS 1994).
#pragma once

#include "workloads/workload.hpp"

namespace faultrig {

inline constexpr const char* session_summary =
    "hot registers: sessions that look at their own and others' writes (session guarantees)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_session_workload(const RunPlan& plan);

}  // namespace faultrig
