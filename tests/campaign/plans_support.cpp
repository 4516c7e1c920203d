#include "tests/campaign/plans_support.hpp"

#include "campaign/simulated_run.hpp"
#include "harness/errors.hpp"

namespace faultrig {

TargetManifest raft_kv_manifest() {
  return read_manifest_file(std::string(FAULTRIG_SOURCE_DIR) + "/targets/raft_kv/target.toml");
}

RunPlan simulated_plan(const std::string& run, const std::string& rest) {
  return read_plan(
      "[run]\ntarget = \"raft_kv\"\nname = \"test\"\nbackend = \"sim\"\nworkload = \"register\"\n"
      "seed = 1\nnodes = 3\nclients = 4\nrate = 200\nduration_ms = 2000\n" +
          run + "\n" + rest,
      "plan.toml");
}

std::string refusal(const RunPlan& plan, const TargetManifest& manifest) {
  try {
    check_simulable(plan, manifest);
  } catch (const UsageError& error) {
    return error.message + " | " + error.hint;
  }
  return "";
}

}  // namespace faultrig
