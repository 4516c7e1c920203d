// Backend `sim`: the cluster port and the driver over one simulation.
//
// Everything that runs on this machine's processors in virtual time: a call is in force at once,
// and a wait costs nothing but what happens meanwhile.
#pragma once

#include <memory>

#include "harness/cluster.hpp"
#include "harness/driver.hpp"
#include "harness/plan.hpp"
#include "harness/sim/simulation.hpp"
#include "harness/store.hpp"

namespace faultrig::sim {

// Why this backend cannot do it; empty when it can, which is for everything there is.
std::string sim_cannot(Capability capability);

// What a plan says of the simulated world, in its table [sim]: latency_min_us, latency_max_us,
// reorder, sync_min_us, sync_max_us; what it leaves open is drawn when the faults are a swarm.
// `options`: those of the target, defaults filled in. Throws
// UsageError. plan.seed must be fixed.
SimulationSettings settings_of(const RunPlan& plan, const std::map<std::string, Value>& options);
// Throws UsageError for names in the plan's table [sim] that nobody knows.
void check_simulation_options(const RunPlan& plan);

class SimCluster final : public Cluster {
 public:
  // `simulation` is borrowed; `folder` too, and may be nullptr: then no trace files are written.
  SimCluster(Simulation& simulation, const RunFolder* folder);

  std::string backend() const override { return "sim"; }
  const std::vector<NodeName>& nodes() const override { return simulation_.names(); }
  const std::vector<std::string>& client_machines() const override { return machines_; }
  std::string cannot(Capability capability) const override { return sim_cannot(capability); }

  void start(const NodeName& node) override;
  int kill(const NodeName& node) override;
  int pause(const NodeName& node) override;
  int resume(const NodeName& node) override;
  NodeStatus status(const NodeName& node) override;
  PowerLoss power_off(const NodeName& node) override;
  void set_clock(const NodeName& node, const ClockSetting& setting) override;
  std::chrono::nanoseconds clock_offset(const NodeName& node) override;
  void set_disk(const NodeName& node, const DiskRule& rule) override;
  DiskCounters disk_counters(const NodeName& node) override;
  std::uint64_t flip_bits(const NodeName& node, std::uint64_t bits) override;

  void set_link(const std::string& from, const std::string& to, const LinkRule& rule) override;
  LinkRule link(const std::string& from, const std::string& to) const override;
  LinkCounters counters(const std::string& from, const std::string& to) const override;
  void heal_links() override;
  // What a connection would find, without waiting for one.
  Connectivity probe(std::chrono::milliseconds patience) override;
  std::optional<std::string> disagreement() const override { return simulation_.disagreement(); }
  std::vector<TraceEvent> new_trace() override;

 private:
  std::size_t node_number(const NodeName& node) const;
  Endpoint endpoint(const std::string& name) const;
  void probe_pair(const std::string& from, const NodeName& to, Connectivity& measured) const;

  Simulation& simulation_;
  const RunFolder* folder_;
  std::vector<std::string> machines_;  // client machines
  std::map<NodeName, std::unique_ptr<LineFile>> trace_files_;
};

class SimDriver final : public Driver {
 public:
  explicit SimDriver(Simulation& simulation) : simulation_(simulation) {}
  Time now() override { return simulation_.now(); }
  std::string drive(Interpreter& interpreter, const ClientCodec& codec, FaultInjector& injector,
                    const std::function<std::string()>& should_stop) override;

 private:
  void start(const InvokeCommand& command, Interpreter& interpreter, const ClientCodec& codec,
             FaultInjector& injector);
  void complete(Interpreter& interpreter, const ClientCodec& codec);

  Simulation& simulation_;
  std::vector<std::optional<Invocation>> asked_;  // by worker
};

}  // namespace faultrig::sim
