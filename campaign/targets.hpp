// The bundled targets that can be simulated: one plain table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/manifest.hpp"
#include "harness/node/simulated_target.hpp"
#include "harness/plan.hpp"

namespace faultrig {

// nullptr when the target of that name cannot be simulated: its program is all there is of it.
const SimulatedTarget* find_simulated_target(const std::string& name);
std::vector<std::string> simulated_targets();

// The target's own options: the manifest's defaults, and over them what the plan says. Throws
// UsageError for an option that the manifest does not have.
std::map<std::string, Value> target_options(const RunPlan& plan, const TargetManifest& manifest);

// Throws UsageError for options that the target, one of the table above, cannot run with: alone,
// together, or with so many nodes and this workload. The same on every backend.
void check_target(const RunPlan& plan, const TargetManifest& manifest);

}  // namespace faultrig
