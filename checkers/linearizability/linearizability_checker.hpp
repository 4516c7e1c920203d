// Judges whether each object of a history behaved as if it took one operation at a time, in an
// order that keeps real time (Herlihy and Wing 1990). Splits by key, searches the keys in
// parallel, and proves an invalid by the longest prefix and a minimal core.
//
// The budget is dealt out evenly to the keys, and what is left over goes to those that need more,
// so that a verdict depends on the budget but never on timing.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "checkers/checker.hpp"

namespace faultrig {

struct LinearizabilityOptions {
  // A valid verdict carries a Linearization, verified by a procedure of its own.
  bool keep_order = false;
};

// `initial` is what every object holds before the first operation. Names as in model_catalog().
// Throws std::invalid_argument for an unknown one.
std::unique_ptr<Checker> make_linearizability_checker(std::string_view model, Value initial = {},
                                                      LinearizabilityOptions options = {});

}  // namespace faultrig
