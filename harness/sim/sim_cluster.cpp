#include "harness/sim/sim_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "checkers/history/json.hpp"

namespace faultrig::sim {

std::string sim_cannot(Capability) { return ""; }

namespace {

Duration microseconds(const Options& options, const char* name, Duration fallback) {
  const auto usual = std::chrono::duration_cast<std::chrono::microseconds>(fallback).count();
  return std::chrono::microseconds(options.integer(name, usual, 0, 60'000'000));
}

// "NAME" on every node, "NAME@node" on one.
std::vector<std::string> bugs_on(const NodeName& node, const std::vector<std::string>& bugs) {
  std::vector<std::string> own;
  for (const std::string& bug : bugs) {
    const auto at = bug.find('@');
    if (at == std::string::npos || bug.substr(at + 1) == node) own.push_back(bug.substr(0, at));
  }
  return own;
}

// Where chance decides which faults there are, it decides how the world is without them, too: a
// fast network or a slow one, with or without order, fast disks or slow ones.
void draw_world(SimulationSettings& settings, Random random) {
  const auto spread = [&](Duration shortest, Duration longest) {
    const Duration low = random.between(shortest, longest);
    return std::pair(low, low + random.between(Duration::zero(), low * 4));
  };
  using std::chrono::microseconds;
  std::tie(settings.network.shortest, settings.network.longest) =
      spread(microseconds(50), microseconds(3'000));
  settings.network.reorders = random.chance({1, 2});
  std::tie(settings.disk.shortest_sync, settings.disk.longest_sync) =
      spread(microseconds(20), microseconds(2'000));
}

}  // namespace

void check_simulation_options(const RunPlan& plan) {
  backend_options(plan, "sim")
      .expect_only({"latency_min_us", "latency_max_us", "reorder", "sync_min_us", "sync_max_us"});
}

SimulationSettings settings_of(const RunPlan& plan, const std::map<std::string, Value>& options) {
  check_simulation_options(plan);
  const Options sim = backend_options(plan, "sim");
  SimulationSettings settings;
  settings.seed = plan.seed.value();
  const bool is_swarm =
      std::find(plan.faults.begin(), plan.faults.end(), "swarm") != plan.faults.end();
  if (is_swarm) draw_world(settings, Random(settings.seed).fork("world"));
  settings.clients = static_cast<std::size_t>(plan.clients);
  settings.timeout = plan.timeout;
  NetworkTiming& network = settings.network;
  // In whole microseconds, as a plan can say it.
  network.shortest = microseconds(sim, "latency_min_us", network.shortest);
  network.longest =
      microseconds(sim, "latency_max_us", std::max(network.longest, network.shortest));
  network.reorders = sim.boolean("reorder", network.reorders);
  DiskTiming& disk = settings.disk;
  disk.shortest_sync = microseconds(sim, "sync_min_us", disk.shortest_sync);
  disk.longest_sync =
      microseconds(sim, "sync_max_us", std::max(disk.longest_sync, disk.shortest_sync));
  if (network.shortest > network.longest) {
    throw sim.error("latency_max_us", "the longest latency is below the shortest");
  }
  if (disk.shortest_sync > disk.longest_sync) {
    throw sim.error("sync_max_us", "the longest sync is below the shortest");
  }
  for (int i = 1; i <= plan.nodes; ++i) {
    settings.nodes.push_back({bugs_on(fmt::format("n{}", i), plan.bugs), options, plan.workload});
  }
  return settings;
}

SimCluster::SimCluster(Simulation& simulation, const RunFolder* folder)
    : simulation_(simulation), folder_(folder) {
  for (std::size_t i = 1; i <= simulation.size(); ++i) machines_.push_back(fmt::format("c{}", i));
}

std::size_t SimCluster::node_number(const NodeName& node) const {
  const auto& names = simulation_.names();
  const auto at = std::find(names.begin(), names.end(), node);
  if (at == names.end()) throw std::logic_error("no simulated node " + node);
  return static_cast<std::size_t>(at - names.begin());
}

Endpoint SimCluster::endpoint(const std::string& name) const {
  const auto at = std::find(machines_.begin(), machines_.end(), name);
  if (at == machines_.end()) return static_cast<Endpoint>(node_number(name));
  return static_cast<Endpoint>(simulation_.size() +
                               static_cast<std::size_t>(at - machines_.begin()));
}

void SimCluster::start(const NodeName& node) { simulation_.start(node_number(node)); }

int SimCluster::kill(const NodeName& node) { return simulation_.kill(node_number(node)) ? 1 : 0; }

int SimCluster::pause(const NodeName& node) { return simulation_.pause(node_number(node)) ? 1 : 0; }

int SimCluster::resume(const NodeName& node) {
  return simulation_.resume(node_number(node)) ? 1 : 0;
}

NodeStatus SimCluster::status(const NodeName& node) {
  return simulation_.status(node_number(node));
}

PowerLoss SimCluster::power_off(const NodeName& node) {
  return simulation_.power_off(node_number(node));
}

void SimCluster::set_clock(const NodeName& node, const ClockSetting& setting) {
  simulation_.set_clock(node_number(node), setting);
}

std::chrono::nanoseconds SimCluster::clock_offset(const NodeName& node) {
  return simulation_.clock_offset(node_number(node));
}

void SimCluster::set_disk(const NodeName& node, const DiskRule& rule) {
  simulation_.disk(node_number(node)).set_rule(rule);
}

DiskCounters SimCluster::disk_counters(const NodeName& node) {
  return simulation_.disk(node_number(node)).counters();
}

std::uint64_t SimCluster::flip_bits(const NodeName& node, std::uint64_t bits) {
  return simulation_.disk(node_number(node)).flip_bits(bits);
}

void SimCluster::set_link(const std::string& from, const std::string& to, const LinkRule& rule) {
  simulation_.set_rule(endpoint(from), endpoint(to), rule);
}

LinkRule SimCluster::link(const std::string& from, const std::string& to) const {
  return simulation_.network().rule(endpoint(from), endpoint(to));
}

LinkCounters SimCluster::counters(const std::string& from, const std::string& to) const {
  return simulation_.network().counters(endpoint(from), endpoint(to));
}

void SimCluster::heal_links() {
  const auto count = static_cast<Endpoint>(2 * simulation_.size());
  for (Endpoint from = 0; from < count; ++from) {
    for (Endpoint to = 0; to < count; ++to) {
      if (!simulation_.network().rule(from, to).is_clear()) simulation_.set_rule(from, to, {});
    }
  }
}

void SimCluster::probe_pair(const std::string& from, const NodeName& to,
                            Connectivity& measured) const {
  ++measured.pairs;
  for (const LinkRule& rule : {link(from, to), link(to, from)}) {
    if (rule.block == LinkRule::Block::none) continue;
    measured.broken.push_back({from, to, describe(rule)});
    return;
  }
}

Connectivity SimCluster::probe(std::chrono::milliseconds) {
  Connectivity measured;
  const auto runs = [&](const NodeName& node) {
    return simulation_.status(node_number(node)).state == NodeState::running;
  };
  for (const NodeName& to : nodes()) {
    if (!runs(to)) continue;
    for (const NodeName& from : nodes()) {
      if (from != to && runs(from)) probe_pair(from, to, measured);
    }
    for (const std::string& from : machines_) probe_pair(from, to, measured);
  }
  return measured;
}

// The lines of a live node's trace file (targets/host/trace_file).
std::vector<TraceEvent> SimCluster::new_trace() {
  std::vector<TraceEvent> events = simulation_.take_trace();
  if (folder_ == nullptr) return events;
  for (const TraceEvent& event : events) {
    auto& file = trace_files_[event.node];
    if (file == nullptr) {
      file = std::make_unique<LineFile>(folder_->node(event.node) / "trace.jsonl");
    }
    file->append(to_json(event.fields));
  }
  return events;
}

}  // namespace faultrig::sim
