#include "targets/bank_2pc/simulated.hpp"

#include "targets/bank_2pc/bank_node.hpp"
#include "targets/bank_2pc/invariants.hpp"
#include "targets/bank_2pc/trace_invariants.hpp"

namespace faultrig::bank_2pc {
namespace {

BankConfig config_of(const NodeSettings& settings) {
  BankConfig config;
  for (const auto& [name, value] : settings.options) {
    set_option(config, config_options(), "bank_2pc", {}, name, value);
  }
  check_config(config);
  return config;
}

}  // namespace

SimulatedTarget simulated_target() {
  SimulatedTarget target;
  target.name = "bank_2pc";
  // Many times what a participant in doubt needs to hear the decision.
  target.rest = std::chrono::seconds(2);
  target.make_node = [](const NodeSettings& settings) -> std::unique_ptr<Node> {
    return std::make_unique<BankNode>(config_of(settings), bugs_named(settings.bugs));
  };
  target.check = [](const NodeSettings& settings, const Surroundings& around) {
    const BankConfig config = config_of(settings);
    if (settings.workload == "bank") check_workload(config, around.workload_options);
  };
  target.make_observer = [](const NodeSettings& settings) -> std::unique_ptr<ClusterObserver> {
    bugs_named(settings.bugs);  // refused here as well; what they are is no business of an observer
    return std::make_unique<Invariants>(config_of(settings));
  };
  target.make_trace_observer = [] { return std::make_unique<TraceInvariants>(); };
  return target;
}

}  // namespace faultrig::bank_2pc
