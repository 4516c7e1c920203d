// Where the programs, manifests and plans that travel with faultrig lie: beside its own binary.
//
// PREFIX/bin/faultrig, PREFIX/share/faultrig/targets/NAME/{target.toml,plans/*.toml}.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

// The folder of faultrig's own programs; what {bin} in a manifest stands for.
std::filesystem::path programs_folder();

// Names of the bundled targets, in order.
std::vector<std::string> bundled_targets();
// By bundled name, or by the path of a target.toml. UsageError with the nearest name.
TargetManifest find_target(const std::string& name_or_path);

// "raft_kv/demo" ... in order.
std::vector<std::string> bundled_plans();
// By shipped name or by path. UsageError with the nearest name.
RunPlan find_plan(const std::string& name_or_path);

}  // namespace faultrig
