// dynamo for a simulation: the node and its invariants, made from the names that the manifest
// and a plan use (harness/node/simulated_target.hpp).
#pragma once

#include "harness/node/simulated_target.hpp"

namespace faultrig::dynamo {

SimulatedTarget simulated_target();

}  // namespace faultrig::dynamo
