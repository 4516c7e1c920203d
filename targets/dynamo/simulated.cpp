#include "targets/dynamo/simulated.hpp"

#include "harness/errors.hpp"
#include "targets/dynamo/dynamo_node.hpp"
#include "targets/dynamo/invariants.hpp"

namespace faultrig::dynamo {
namespace {

DynamoConfig config_of(const NodeSettings& settings) {
  DynamoConfig config;
  for (const auto& [name, value] : settings.options) {
    if (set_word(config, name, value.is_string() ? value.as_string() : value.to_string())) continue;
    set_option(config, config_options(), "dynamo", {"conflict", "quorum"}, name, value);
  }
  check_config(config);
  return config;
}

// What it could only answer with refusals.
void check_workload(const NodeSettings& settings, const Surroundings& around) {
  const auto conflict = settings.options.find("conflict");
  if (settings.workload == "cart" &&
      (conflict == settings.options.end() || conflict->second != Value("merge"))) {
    throw UsageError("carts are sets that are merged, which is another conflict rule",
                     "add --set target.conflict=merge");
  }
  const auto cas = around.workload_options.find("cas_weight");
  if (settings.workload == "register" &&
      (cas == around.workload_options.end() || cas->second != Value(0))) {
    throw UsageError("it has no compare-and-set, which needs consensus",
                     "add --set workload.cas_weight=0");
  }
}

}  // namespace

SimulatedTarget simulated_target() {
  SimulatedTarget target;
  target.name = "dynamo";
  target.make_node = [](const NodeSettings& settings) -> std::unique_ptr<Node> {
    return std::make_unique<DynamoNode>(config_of(settings), bugs_named(settings.bugs));
  };
  target.check = [](const NodeSettings& settings, const Surroundings& around) {
    check_size(config_of(settings), around.nodes);
    check_workload(settings, around);
  };
  target.make_observer = [](const NodeSettings& settings) -> std::unique_ptr<ClusterObserver> {
    bugs_named(settings.bugs);  // refused here as well; what they are is no business of an observer
    return std::make_unique<Invariants>(config_of(settings));
  };
  return target;
}

}  // namespace faultrig::dynamo
