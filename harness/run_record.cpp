#include "harness/run_record.hpp"

namespace faultrig {
namespace {

Value texts_value(const std::vector<std::string>& texts) {
  return Value(Value::List(texts.begin(), texts.end()));
}

Value time_value(const std::optional<Time>& time) { return time ? Value(time->count()) : Value(); }

// Beyond 2^63 - 1 as text: JSON readers differ there.
Value seed_value(const std::optional<std::uint64_t>& seed) {
  if (!seed) return Value();
  return *seed <= static_cast<std::uint64_t>(INT64_MAX) ? Value(*seed)
                                                        : Value(std::to_string(*seed));
}

Value to_value(const NodeRecord& node) {
  return Value::map({{"name", node.name},
                     {"address", node.address},
                     {"log_file", node.log_file},
                     {"log_tail", texts_value(node.log_tail)},
                     {"deaths", texts_value(node.deaths)},
                     {"down_at_end", node.down_at_end}});
}

Value to_value(const Connectivity& connectivity) {
  Value::List broken;
  for (const Connectivity::Broken& pair : connectivity.broken) {
    broken.push_back(Value::map({{"from", pair.from}, {"to", pair.to}, {"why", pair.why}}));
  }
  return Value::map({{"pairs", connectivity.pairs},
                     {"broken", Value(std::move(broken))},
                     {"whole", Value(connectivity.whole())}});
}

Value to_value(const BrokenInvariant& broken) {
  return Value::map({{"property", broken.property},
                     {"what", broken.what},
                     {"circumstances", texts_value(broken.circumstances)},
                     {"at", broken.at.count()},
                     {"node", broken.node},
                     {"step", broken.step}});
}

Value to_value(const std::optional<ProgressRecord>& progress) {
  if (!progress) return Value();
  return Value::map({{"core", texts_value(progress->core)},
                     {"begun", progress->begun.count()},
                     {"within_ms", progress->within.count()},
                     {"reached", time_value(progress->reached)}});
}

Value to_value(const std::optional<ConvergenceRecord>& convergence) {
  if (!convergence) return Value();
  return Value::map({{"begun", convergence->begun.count()},
                     {"within_ms", convergence->within.count()},
                     {"reached", time_value(convergence->reached)},
                     {"disagreement", convergence->disagreement}});
}

Value to_value(const std::optional<SimulationRecord>& simulation) {
  if (!simulation) return Value();
  return Value::map({{"digest", simulation->digest},
                     {"steps", simulation->steps},
                     {"events", simulation->events}});
}

Value to_value(const std::optional<TraceRecord>& traces) {
  if (!traces) return Value();
  return Value::map({{"lines", traces->lines}, {"with_gaps", texts_value(traces->with_gaps)}});
}

Value to_value(const std::optional<RunCosts>& costs) {
  if (!costs) return Value();
  return Value::map({{"first_operation_ns", time_value(costs->first_operation)},
                     {"operations", costs->operations},
                     {"judging_ns", costs->judging.count()},
                     {"reporting_ns", costs->reporting.count()}});
}

}  // namespace

Value offsets_value(const ClockReading& reading) {
  Value::Map offsets;
  for (const auto& [node, offset] : reading.offsets) offsets.emplace_back(node, offset.count());
  return Value(std::move(offsets));
}

Value to_value(const RunRecord& record) {
  Value::List faults;
  for (const FaultRecord& fault : record.faults) faults.push_back(to_value(fault));
  Value::List clocks;
  for (const ClockReading& reading : record.clocks) {
    clocks.push_back(Value::map({{"at", reading.at.count()}, {"offsets", offsets_value(reading)}}));
  }
  Value::List broken;
  for (const BrokenInvariant& one : record.broken_invariants) broken.push_back(to_value(one));
  Value::List nodes;
  for (const NodeRecord& node : record.nodes) nodes.push_back(to_value(node));
  return Value::map({{"name", record.plan.name},
                     {"target", record.plan.target},
                     {"workload", record.plan.workload},
                     {"backend", record.plan.backend},
                     {"seed", seed_value(record.plan.seed)},
                     {"target_summary", record.target_summary},
                     {"folder", record.folder},
                     {"started_at", record.started_at},
                     {"version", record.version},
                     {"repeat_with", record.repeat_with},
                     {"ready", time_value(record.ready)},
                     {"main_ended", time_value(record.main_ended)},
                     {"healed", time_value(record.healed)},
                     {"connected", time_value(record.connected)},
                     {"recovered", time_value(record.recovered)},
                     {"ended", time_value(record.ended)},
                     {"progress", to_value(record.progress)},
                     {"convergence", to_value(record.convergence)},
                     {"faults", Value(std::move(faults))},
                     {"clocks", Value(std::move(clocks))},
                     {"broken_invariants", Value(std::move(broken))},
                     {"simulation", to_value(record.simulation)},
                     {"traces", to_value(record.traces)},
                     {"nodes", Value(std::move(nodes))},
                     {"connectivity", to_value(record.connectivity)},
                     {"hints", texts_value(record.hints)},
                     {"warnings", texts_value(record.warnings)},
                     {"interrupted", record.interrupted},
                     {"saw_enough", record.saw_enough},
                     {"environment_error", record.environment_error},
                     {"costs", to_value(record.costs)}});
}

}  // namespace faultrig
