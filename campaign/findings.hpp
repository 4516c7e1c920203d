// What a run found, as a list of names that can be counted and compared: broken invariants in the
// order in which they broke, then what the checkers found.
#pragma once

#include <string>
#include <vector>

#include "campaign/simulated_run.hpp"

namespace faultrig {

// "election-safety" ..., "linearizable: a stale read", "progress", "convergence". Empty unless the
// run is invalid.
std::vector<std::string> findings_of(const SimulatedRun& run);

}  // namespace faultrig
