// What a target's manifest promises, as a plan says it: how soon somebody is served, how soon all
// nodes agree, and what the history is held against. What the plan says itself stays.
#pragma once

#include <string>
#include <vector>

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

// Both throw UsageError for an option that the manifest does not have.
void promise_progress(RunPlan& plan, const TargetManifest& manifest);
void promise_convergence(RunPlan& plan, const TargetManifest& manifest);

// The manifest's first word that is one of checkers/promises.hpp. A target that promises only other
// things is held to those ("none"); one that says nothing is held to what the workload is usually
// held to, and so is one whose promises contain all that a workload judges piece by piece, or whose
// promise does not speak of what the workload does, and a workload that is hard to order
// (workloads/workload.hpp). Where that has an option `promise`, "linearizable" is passed on to it.
void promise_consistency(RunPlan& plan, const TargetManifest& manifest);

// What the workload judges though the manifest does not promise it, in sentences for the run's
// record; of a promise that the plan names, nobody is in doubt.
std::vector<std::string> promise_warnings(const RunPlan& plan, const TargetManifest& manifest);

}  // namespace faultrig
