// What the commands ask of backends by name, simulated and live alike.
#pragma once

#include <string>
#include <vector>

#include "nemesis/nemesis.hpp"

namespace faultrig {

// In the order of backend_names(), those that this program has.
std::vector<std::string> available_backends();
std::string summary_of_backend(const std::string& backend);
// Throws UsageError with the nearest known one.
void refuse_unknown_backend(const std::string& backend);
// A plan may have a table for every backend, of which one runs. Throws UsageError for what is wrong
// in any of them.
void check_backend_options(const RunPlan& plan);
// Why the backend cannot do the fault, and what would make it possible; empty when it can.
std::string obstacle(const FaultDescription& fault, const std::string& backend);
// Why it can be done by some clusters of the backend only; empty when by all.
std::string partial_obstacle(const FaultDescription& fault, const std::string& backend);

}  // namespace faultrig
