// What a target's manifest promises, as a plan says it: how soon somebody is served, how soon all
// nodes agree, and what the history is held against. What the plan says itself stays.
#pragma once

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

// For the backends that can tell; throws UsageError for an option that the manifest does not have.
void promise_liveness(RunPlan& plan, const TargetManifest& manifest);

// The manifest's first word that is one of checkers/promises.hpp. A target that promises only other
// things is held to those ("none"); one that says nothing is held to what the workload is usually
// held to.
void promise_consistency(RunPlan& plan, const TargetManifest& manifest);

}  // namespace faultrig
