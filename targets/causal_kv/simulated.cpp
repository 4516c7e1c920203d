#include "targets/causal_kv/simulated.hpp"

#include "targets/causal_kv/causal_node.hpp"
#include "targets/causal_kv/invariants.hpp"

namespace faultrig::causal_kv {
namespace {

CausalConfig config_of(const NodeSettings& settings) {
  CausalConfig config;
  config.keyless_reads = keyless_subject(settings.workload);
  for (const auto& [name, value] : settings.options) {
    set_option(config, config_options(), "causal_kv", {}, name, value);
  }
  return config;
}

}  // namespace

SimulatedTarget simulated_target() {
  SimulatedTarget target;
  target.name = "causal_kv";
  target.make_node = [](const NodeSettings& settings) -> std::unique_ptr<Node> {
    return std::make_unique<CausalNode>(config_of(settings), bugs_named(settings.bugs));
  };
  target.check = [](const NodeSettings& settings, const Surroundings&) { config_of(settings); };
  target.make_observer = [](const NodeSettings& settings) -> std::unique_ptr<ClusterObserver> {
    // Refused here as well; what they are is no business of an observer.
    config_of(settings);
    bugs_named(settings.bugs);
    return std::make_unique<Invariants>();
  };
  return target;
}

}  // namespace faultrig::causal_kv
