// `--check-limit 60s,4GiB`: how much a check may cost, in the units people think in.
//
// Seconds are counted as steps of a model, ten million to the second (about what one core does), so
// that a verdict never depends on how fast or how busy the machine is.
#pragma once

#include <string>

#include "checkers/budget.hpp"

namespace faultrig {

// Either part, or both, in any order: 90s, 5m, 500000steps; 512MiB, 4GiB. What is not given stays.
// Throws UsageError.
void apply_check_limit(const std::string& text, CheckBudget& budget);

}  // namespace faultrig
