#include "harness/live/local/local_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/local/connectivity.hpp"
#include "harness/live/local/node_commands.hpp"
#include "harness/live/local/trace_tail.hpp"
#include "harness/live/spawn/server.hpp"
#include "harness/live/switch/switch.hpp"
#include "harness/random.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr Ipv4 network_base = (Ipv4{10} << 24) | (Ipv4{77} << 16);

Ipv4 address_in(unsigned subnet, int number) {
  return network_base | (Ipv4{subnet} << 8) | static_cast<Ipv4>(number);
}

struct Machine {
  std::string name;
  Ipv4 address;
  NetworkNamespace space;
  PortId port;
};

// Many clients and machines need more descriptors than the usual soft limit of 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Programs are given a clock that can lie only where it is going to.
bool has_clock_faults(const RunPlan& plan) {
  std::vector<std::string> words = plan.faults;
  for (const Options& step : plan.fault_script) words.push_back(step.text("fault", ""));
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "swarm" || word.starts_with("clock");
  });
}

std::chrono::seconds time_since_boot(const RunPlan& plan, const NodeName& node) {
  constexpr std::int64_t least = 60, most = std::int64_t{400} * 24 * 3'600;
  return std::chrono::seconds(
      Random(plan.seed.value_or(0)).fork("boot time of " + node).between(least, most));
}

class Local final : public LiveCluster {
 public:
  Local(const RunPlan& plan, const TargetManifest& manifest, const RunFolder& folder,
        const fs::path& programs, PortKind ports)
      : manifest_(manifest), switch_(plan.seed.value_or(0)) {
    raise_descriptor_limit();  // after the spawn server is there: the nodes keep the old limit
    for (int number = 1; number <= plan.nodes; ++number) {
      nodes_.push_back(fmt::format("n{}", number));
      clients_.push_back(fmt::format("c{}", number));
    }
    for (int number = 1; number <= plan.nodes; ++number) {
      attach(nodes_[number - 1], address_in(1, number), ports);
      attach(clients_[number - 1], address_in(2, number), ports);
    }
    plan_nodes(plan, folder, programs);
    switch_.start(plan.capture ? folder.file("capture.pcapng") : fs::path());
  }

  std::string backend() const override { return "local"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override { return local_cannot(capability); }

  void start(const NodeName& node) override;
  int kill(const NodeName& node) override { return server_.kill(known(node)); }
  int pause(const NodeName& node) override { return server_.pause(known(node)); }
  int resume(const NodeName& node) override { return server_.resume(known(node)); }
  NodeStatus status(const NodeName& node) override { return server_.status(known(node)); }

  void set_clock(const NodeName& node, const ClockSetting& setting) override {
    clock(node).set(setting);
  }
  std::chrono::nanoseconds clock_offset(const NodeName& node) override;
  std::vector<std::string> remarks() override;

  void set_link(const std::string& from, const std::string& to, const LinkRule& rule) override {
    switch_.set_rule(machine(from).port, machine(to).port, rule);
  }
  LinkRule link(const std::string& from, const std::string& to) const override {
    return switch_.rule(machine(from).port, machine(to).port);
  }
  LinkCounters counters(const std::string& from, const std::string& to) const override {
    return switch_.counters(machine(from).port, machine(to).port);
  }
  void heal_links() override { switch_.heal(); }

  Connectivity probe(std::chrono::milliseconds patience) override;
  std::vector<TraceEvent> new_trace() override {
    std::vector<TraceEvent> events;
    for (TraceTail& tail : traces_) tail.read(events);
    return events;
  }

  int open_client_socket(int worker) override;
  NodeAddress address_of(const std::string& node) const override {
    return {to_string(machine(known(node)).address), port_of_nodes()};
  }

 private:
  void attach(const std::string& name, Ipv4 address, PortKind kind);
  void plan_nodes(const RunPlan& plan, const RunFolder& folder, const fs::path& programs);
  const Machine& machine(const std::string& name) const;
  NodeClock& clock(const NodeName& node);
  const NodeName& known(const NodeName& node) const;
  std::uint16_t port_of_nodes() const { return static_cast<std::uint16_t>(manifest_.port); }

  // First, because it forks and must do so before the switch has its thread.
  SpawnServer server_;
  TargetManifest manifest_;
  std::vector<NodeName> nodes_;
  std::vector<std::string> clients_;
  Switch switch_;
  std::map<std::string, Machine> machines_;
  std::map<NodeName, NodePlace> places_;
  std::map<NodeName, NodeProgram> programs_;
  std::vector<TraceTail> traces_;
  std::map<NodeName, NodeClock> clocks_;  // empty unless the plan has faults of clocks
  // How many programs followed a node's clock before it was started last.
  std::map<NodeName, std::uint32_t> followed_before_;
};

void Local::attach(const std::string& name, Ipv4 address, PortKind kind) {
  NetworkNamespace space = NetworkNamespace::create(name);
  const PortId port = switch_.attach(name, address, attach_machine(space, name, address, kind));
  machines_.emplace(name, Machine{name, address, std::move(space), port});
}

void Local::plan_nodes(const RunPlan& plan, const RunFolder& folder, const fs::path& programs) {
  std::string hosts = "127.0.0.1 localhost\n";
  for (const auto& [name, machine] : machines_)
    hosts += fmt::format("{} {}\n", to_string(machine.address), name);
  const fs::path hosts_file = fs::absolute(folder.file("hosts"));
  write_file(hosts_file, hosts);

  std::vector<NodePlace> places;
  for (const NodeName& node : nodes_) {
    NodePlace place{node, address_of(node), fs::absolute(folder.node(node))};
    std::error_code error;
    fs::create_directories(place.data(), error);
    if (error) throw EnvironmentError("cannot make", place.data().string(), error.value());
    traces_.emplace_back(node, place.trace());
    places_.emplace(node, place);
    places.push_back(std::move(place));
  }
  const Options local = backend_options(plan, "local");
  local.expect_only({"boot_times"});
  const bool boot_times = local.boolean("boot_times", true);
  for (NodeProgram& program : node_programs(plan, manifest_, places, programs)) {
    expect_executable(program, manifest_);
    program.hosts_file = hosts_file.string();
    program.network = machine(program.name).space.descriptor();
    if (boot_times) program.since_boot = time_since_boot(plan, program.name);
    if (has_clock_faults(plan)) {
      clocks_.emplace(program.name, NodeClock(program.name));
      program.clock = clocks_.at(program.name).descriptor();
    }
    programs_.emplace(program.name, program);
  }
}

const Machine& Local::machine(const std::string& name) const {
  const auto found = machines_.find(name);
  if (found != machines_.end()) return found->second;
  std::vector<std::string> names = nodes_;
  names.insert(names.end(), clients_.begin(), clients_.end());
  throw UsageError(fmt::format("there is no machine `{}` in this run", name),
                   fmt::format("there are {}", fmt::join(names, ", ")));
}

const NodeName& Local::known(const NodeName& node) const {
  if (std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end()) return node;
  throw UsageError(fmt::format("there is no node `{}` in this run", node),
                   fmt::format("there are {}", fmt::join(nodes_, ", ")));
}

void Local::start(const NodeName& node) {
  NodeProgram program = programs_.at(known(node));
  expect_executable(program, manifest_);
  const fs::path log = places_.at(node).log();
  const Descriptor file(::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) throw EnvironmentError("cannot open", log.string(), errno);
  program.log = file.get();
  if (!clocks_.empty()) followed_before_[node] = clock(node).counts().followed;
  server_.start(program);
}

NodeClock& Local::clock(const NodeName& node) {
  const auto found = clocks_.find(known(node));
  if (found != clocks_.end()) return found->second;
  throw EnvironmentError("cannot set", fmt::format("the clock of node {}", node), 0,
                         "name a fault of clocks in the plan: only then are nodes given their own");
}

std::chrono::nanoseconds Local::clock_offset(const NodeName& node) {
  NodeClock& clock = this->clock(node);
  // Nobody reads it: what it shows is not what the node sees.
  if (clock.counts().followed == followed_before_[node]) return {};
  return clock.offset();
}

std::vector<std::string> Local::remarks() {
  std::vector<std::string> remarks;
  for (const auto& [node, clock] : clocks_) {
    const FollowCounts counts = clock.counts();
    if (counts.not_followed == 0) continue;
    remarks.push_back(fmt::format("{} exec{} of node {} went on with the machine's clock: {}",
                                  counts.not_followed, counts.not_followed == 1 ? "" : "s", node,
                                  counts.why_not));
  }
  return remarks;
}

Connectivity Local::probe(std::chrono::milliseconds patience) {
  std::vector<NodeName> running;
  for (const NodeName& node : nodes_)
    if (status(node).state == NodeState::running) running.push_back(node);
  std::vector<ProbePair> pairs;
  const auto add_all = [&](const std::string& from) {
    for (const NodeName& to : running)
      if (to != from) pairs.push_back({from, to, &machine(from).space, address_of(to)});
  };
  for (const NodeName& node : running) add_all(node);
  for (const std::string& client : clients_) add_all(client);
  return measure_connectivity(pairs, patience);
}

int Local::open_client_socket(int worker) {
  const std::string& client = clients_[static_cast<std::size_t>(worker) % clients_.size()];
  int handle = -1;
  int error = 0;
  machine(client).space.inside([&] {
    handle = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    error = errno;
  });
  if (handle < 0) {
    throw EnvironmentError("cannot open", fmt::format("a socket on client machine {}", client),
                           error, error == EMFILE ? "raise the limit with `ulimit -n`" : "");
  }
  return handle;
}

}  // namespace

std::string local_cannot(Capability capability) {
  const auto later = [](std::string_view what) {
    return fmt::format(
        "the local backend {}; a later release brings it, as `--backend sim` for "
        "systems whose nodes can be simulated",
        what);
  };
  switch (capability) {
    case Capability::cut:
    case Capability::reject:
    case Capability::jam:
    case Capability::packet:
    case Capability::client_links:
    case Capability::kill:
    case Capability::pause:
      return "";
    case Capability::power:
      return later("cannot lose what a node has not yet synced to its disk");
    case Capability::clock:
      return clocks_cannot();
    case Capability::disk:
      return later("cannot make a node's disk fail");
  }
  return "";
}

std::unique_ptr<LiveCluster> make_local_cluster(const RunPlan& plan, const TargetManifest& manifest,
                                                const RunFolder& folder, const fs::path& programs,
                                                PortKind ports) {
  return std::make_unique<Local>(plan, manifest, folder, programs, ports);
}

}  // namespace faultrig::live
