// A run folder read back: the plan that made it, and what it said of itself.
#pragma once

#include <filesystem>
#include <string>

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct StoredRun {
  std::filesystem::path folder;
  RunPlan plan;
  TargetManifest manifest;
  std::string version;      // of the faultrig that stored it
  std::string digest;       // empty for a live run
  std::string repeat_with;  // the command that repeats it
};

// `folder` may be a link such as runs/latest. Throws UsageError when it is no run folder, and for a
// live run, which cannot be repeated exactly: the message says what can be done instead.
StoredRun read_simulated_run(const std::string& folder);

// For a run of another version: "stored by faultrig 0.0.9, and this is 0.1.0: ..."; else empty.
std::string version_warning(const StoredRun& run);

}  // namespace faultrig
