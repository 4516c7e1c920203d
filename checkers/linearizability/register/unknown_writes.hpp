// Unknown mutations that cannot matter: nobody looks for what they leave, so an order with one of
// them (which the next mutation must follow at once, seen by nobody) is as good without it.
//
// An unknown cas looks for its premise only if it matters itself; so this goes on until nothing
// changes any more. Where somebody saw "anything but", any value may be looked for. Cost: O(n)
// for each link of the longest chain of unknown cas.
#pragma once

#include <span>
#include <vector>

#include "checkers/linearizability/register/operation.hpp"

namespace faultrig {

// By position; true for all that are certain.
std::vector<bool> which_matter(std::span<const RegisterOperation> operations);

}  // namespace faultrig
