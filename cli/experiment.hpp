// From flags to a complete experiment: the plan with every default filled in and its seed fixed,
// and the manifest of the system it tests. Everything that can be refused without a cluster is
// refused here, before a folder is made or a process started.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct Experiment {
  RunPlan plan;
  TargetManifest manifest;
  std::string repeat_with;  // the command that repeats it
};

// `fresh_seed` is used when neither flags nor plan name one. Throws UsageError.
Experiment resolve_experiment(const RunFlags& flags, std::uint64_t fresh_seed);

// "30s", "1500ms", "2m", "1.5s"; UsageError naming the flag otherwise.
std::chrono::milliseconds parse_duration(std::string_view text, std::string_view flag);

}  // namespace faultrig
