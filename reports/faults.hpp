// Did the adversary do its work? A run whose faults never took effect, that was cut short, or that
// did not come back to life afterwards with every node has shown nothing, however clean its history
// looks.
#pragma once

#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

// Checker "faults": valid, or unknown with Inactivity. A single fault that did not bite is a
// warning (see unbitten), not unknown; a family that never bit at all is. With a swarm, which asks
// for no family, it is unknown when no fault at all bit.
Verdict judge_faults(const RunRecord& record);

// One sentence for each fault that struck but took no effect.
std::vector<std::string> unbitten(const RunRecord& record);

}  // namespace faultrig
