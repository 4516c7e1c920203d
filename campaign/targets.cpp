#include "campaign/targets.hpp"

#include <fmt/format.h>

#include "harness/errors.hpp"
#include "targets/bank_2pc/simulated.hpp"
#include "targets/causal_kv/simulated.hpp"
#include "targets/dynamo/simulated.hpp"
#include "targets/raft_kv/simulated.hpp"

namespace faultrig {
namespace {

const std::vector<SimulatedTarget>& catalog() {
  static const std::vector<SimulatedTarget> targets = {
      raft_kv::simulated_target(), causal_kv::simulated_target(), bank_2pc::simulated_target(),
      dynamo::simulated_target()};
  return targets;
}

}  // namespace

const SimulatedTarget* find_simulated_target(const std::string& name) {
  for (const SimulatedTarget& target : catalog()) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

std::vector<std::string> simulated_targets() {
  std::vector<std::string> names;
  for (const SimulatedTarget& target : catalog()) names.push_back(target.name);
  return names;
}

std::map<std::string, Value> target_options(const RunPlan& plan, const TargetManifest& manifest) {
  std::vector<std::string> known;
  std::map<std::string, Value> options;
  for (const auto& [name, entry] : manifest.options.entries()) {
    known.push_back(name);
    options[name] = entry.value;
  }
  plan.target_options.expect_only(known);
  for (const auto& [name, entry] : plan.target_options.entries()) options[name] = entry.value;
  return options;
}

void check_target(const RunPlan& plan, const TargetManifest& manifest) {
  const SimulatedTarget* target = find_simulated_target(manifest.name);
  if (target == nullptr || !target->check) return;
  Surroundings around{static_cast<std::size_t>(plan.nodes), {}};
  for (const auto& [name, entry] : plan.workload_options.entries()) {
    around.workload_options[name] = entry.value;
  }
  const NodeSettings settings{{}, target_options(plan, manifest), plan.workload};
  try {
    target->check(settings, around);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("target `{}`: {}", manifest.name, error.message), error.hint,
                     plan.file);
  }
}

}  // namespace faultrig
