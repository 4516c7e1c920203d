// The terminal summary after a run: the verdict, what was done, what the faults did, where the
// files are and how to do it again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/report.hpp"

namespace faultrig {

// Lines of at most 98 columns; ANSI colours only when asked for.
std::string terminal_summary(const Report& report, bool colour);

struct OutcomeCounts {
  std::uint64_t ok = 0, fail = 0, info = 0;
};
// By kind of operation.
std::map<std::string, OutcomeCounts> count_outcomes(std::span<const Operation> operations);
// Why operations failed or stayed unknown, the most frequent first, one line each: "12 x timed-out:
// no answer". Texts that differ in their numbers only, or beyond 60 columns, count as one.
std::vector<std::string> frequent_errors(std::span<const Operation> operations);
// "raft_kv, workload register, 5 nodes, 10 clients, 30 s on local, seed 7".
std::string experiment_words(const RunRecord& record);
// "healed at 30.1 s; every link whole 0.2 s later; first success 0.4 s after healing".
std::string recovery_words(const RunRecord& record);

}  // namespace faultrig
