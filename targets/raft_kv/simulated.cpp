#include "targets/raft_kv/simulated.hpp"

#include "targets/raft_kv/invariants.hpp"
#include "targets/raft_kv/raft_node.hpp"
#include "targets/raft_kv/trace_invariants.hpp"

namespace faultrig::raft_kv {
namespace {

RaftConfig config_of(const NodeSettings& settings) {
  RaftConfig config;
  config.keyless_reads = keyless_subject(settings.workload);
  for (const auto& [name, value] : settings.options) {
    if (name == "reads") {
      config.reads = read_mode_named(value.is_string() ? value.as_string() : value.to_string());
      continue;
    }
    set_option(config, config_options(), "raft_kv", {"reads"}, name, value);
  }
  check_config(config);
  return config;
}

}  // namespace

SimulatedTarget simulated_target() {
  SimulatedTarget target;
  target.name = "raft_kv";
  target.make_node = [](const NodeSettings& settings) -> std::unique_ptr<Node> {
    return std::make_unique<RaftNode>(config_of(settings), bugs_named(settings.bugs));
  };
  target.check = [](const NodeSettings& settings, const Surroundings&) { config_of(settings); };
  target.make_observer = [](const NodeSettings& settings) -> std::unique_ptr<ClusterObserver> {
    bugs_named(settings.bugs);  // refused here as well; what they are is no business of an observer
    return std::make_unique<Invariants>(config_of(settings));
  };
  target.make_trace_observer = [] { return std::make_unique<TraceInvariants>(); };
  return target;
}

}  // namespace faultrig::raft_kv
