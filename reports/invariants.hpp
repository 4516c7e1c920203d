// The verdicts on what a run saw inside the target: invariants of its nodes, progress with only a
// majority healed, and convergence with everything healed.
#pragma once

#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

// Invalid when one was broken. Only for runs that watched over invariants.
Verdict judge_invariants(const RunRecord& record);

// Invalid when no client was served within the promise; unknown when the run did not get so far.
// Only for plans that ask for it.
Verdict judge_progress(const RunRecord& record);

// Invalid when the nodes did not agree within the promise; unknown when the run did not get so far.
// Only for plans that ask for it, on a backend that sees into the nodes.
Verdict judge_convergence(const RunRecord& record);

}  // namespace faultrig
