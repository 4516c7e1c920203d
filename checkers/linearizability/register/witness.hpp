// From the mutations that a configuration placed back to an order of all operations: where the
// looks, and the writes that nobody saw, have their place.
//
// Cost: O(n log n), and a step for each mutation placed while an operation was in flight.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/linearizability/register/operation.hpp"
#include "checkers/linearizability/register/trail.hpp"

namespace faultrig {

// Numbers of `operations` in an order that the register allows and that keeps real time. What finds
// no place between the placements (in a prefix, what is still in flight at its end) is left out,
// and so is all that was invoked at `until` or later.
std::vector<std::uint32_t> order_around(std::span<const PlacedMutation> placements,
                                        std::span<const RegisterOperation> operations,
                                        ModelState initial, std::int64_t until);

}  // namespace faultrig
