// Plans and manifests for tests of campaigns: the bundled target, short runs.
#pragma once

#include <string>

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

TargetManifest raft_kv_manifest();
// Three nodes, two seconds; `run` is added to [run], `rest` follows.
RunPlan simulated_plan(const std::string& run = "", const std::string& rest = "");
// What the plan is refused with: the message and the hint; empty when it is taken.
std::string refusal(const RunPlan& plan, const TargetManifest& manifest);

}  // namespace faultrig
