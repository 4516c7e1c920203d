// Runs a checker so that nothing it does can end the program or look like valid: whatever it
// throws, lack of memory included, becomes an unknown verdict that says so.
#pragma once

#include "checkers/checker.hpp"

namespace faultrig {

Verdict guarded_check(const Checker& checker, const History& history, const CheckBudget& budget);

}  // namespace faultrig
