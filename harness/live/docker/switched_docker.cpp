#include "harness/live/docker/switched_docker.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <map>

#include "harness/errors.hpp"
#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/docker_options.hpp"
#include "harness/live/docker/in_parallel.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/docker/log_pump.hpp"
#include "harness/live/docker/node_containers.hpp"
#include "harness/live/docker/node_runner.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr auto log_patience = std::chrono::seconds(5);

struct DockerNode {
  NodeRunner runner;
  Container holder = {};
  ContainerProcess holder_process = {};
};

class SwitchedDocker final : public SwitchedCluster {
 public:
  explicit SwitchedDocker(const ClusterParts& parts);
  ~SwitchedDocker() override;

  std::string backend() const override { return "docker"; }

  void start(const NodeName& node) override {
    clocks().note_start(known(node));
    runner(node).start();
  }
  int kill(const NodeName& node) override { return runner(node).kill(); }
  int pause(const NodeName& node) override { return runner(node).pause(); }
  int resume(const NodeName& node) override { return runner(node).resume(); }
  NodeStatus status(const NodeName& node) override { return runner(node).status(); }
  std::vector<std::string> remarks() override;

 private:
  void attach_clients();
  void give_times(const ClusterParts& parts, NodeContainers& planned);
  fs::path make_clock(const NodeName& node);
  bool has_boot_times(const ClusterParts& parts, const NodeContainers& planned);
  void hold_networks(const NodeContainers& planned);
  void make_containers(const NodeContainers& planned);
  NodeRunner& runner(const NodeName& node) { return running_.at(known(node)).runner; }

  EngineClient engine_;
  // It forks, and must do so before the switch and the pump have their threads.
  RunContainers containers_;
  LogPump logs_;
  std::map<NodeName, DockerNode> running_;
  fs::path clock_folder_;
  std::vector<std::string> remarks_;
};

SwitchedDocker::SwitchedDocker(const ClusterParts& parts)
    : SwitchedCluster(parts.plan, parts.manifest.port),
      engine_(engine_socket()),
      containers_(engine_, run_name(parts.folder)) {
  raise_descriptor_limit();
  attach_clients();
  remove_leftovers(engine_);
  parts.journal.note(fmt::format("containers labelled {}={} on the Docker engine at {}", run_label,
                                 containers_.run(), engine_.socket()));
  NodeContainers planned = plan_containers(parts, engine_, containers_, addresses(), nodes());
  for (const NodePlace& place : planned.places) {
    follow_trace(place.name, place.trace());
    running_.emplace(place.name, DockerNode{NodeRunner(place.name, place.log(), logs_, true)});
  }
  give_times(parts, planned);
  hold_networks(planned);
  make_containers(planned);
  start_switch(parts.plan, parts.folder);
}

SwitchedDocker::~SwitchedDocker() {
  // At once, and also where the engine has died; the containers then go with containers_.
  for (auto& [name, node] : running_) {
    node.runner.end();
    node.holder_process.kill();
  }
  for (const NodeName& node : nodes())
    if (!logs_.await_end(node, log_patience)) break;
  std::error_code ignored;
  if (!clock_folder_.empty()) fs::remove_all(clock_folder_, ignored);
}

// Before anything is made on the engine: it takes the same rights as everything after it.
void SwitchedDocker::attach_clients() {
  try {
    for (const std::string& client : client_machines())
      attach(client, NetworkNamespace::create(client));
  } catch (const EnvironmentError& error) {
    if (error.error != EPERM) throw;
    throw NoSwitch(error.action, error.object, error.error,
                   "docker.network = \"switch\" takes root on the machine of the engine, as with "
                   "sudo: it makes devices in the network namespaces of the containers");
  }
}

// What stands in the way of times since boot of their own is no error: most targets never look.
bool SwitchedDocker::has_boot_times(const ClusterParts& parts, const NodeContainers& planned) {
  if (!docker_options(parts.plan).boot_times) return false;
  std::string why;
  if (!planned.as_root) why = "their image starts its program as another user than root";
  if (!can_travel(parts.programs)) why = "this is a build with sanitizers";
  if (!why.empty()) remarks_.push_back("all nodes have the machine's time since boot: " + why);
  return why.empty();
}

void SwitchedDocker::give_times(const ClusterParts& parts, NodeContainers& planned) {
  const bool boot_times = has_boot_times(parts, planned);
  const bool trap_waits = docker_options(parts.plan).trap_waits;
  if (has_clock_faults(parts.plan)) clock_folder_ = fs::absolute(parts.folder.file("clocks"));
  for (std::size_t i = 0; i < nodes().size(); ++i) {
    NodeTimes times;
    times.trap_waits = trap_waits;
    if (boot_times) times.since_boot = time_since_boot(parts.plan, nodes()[i]);
    if (!clock_folder_.empty()) times.clock = make_clock(nodes()[i]);
    live::give_times(planned.nodes[i], parts.programs, times);
  }
}

// Not in the folders of the nodes, which their programs, and with some images all users, may
// change.
fs::path SwitchedDocker::make_clock(const NodeName& node) {
  fs::path folder = clock_folder_ / node;
  std::error_code error;
  fs::create_directories(folder, error);
  // Whichever user an image has must be able to look, whatever our umask is.
  if (!error) fs::permissions(folder, fs::perms(0755), error);
  if (error) throw EnvironmentError("cannot make", folder.string(), error.value());
  clocks().add(node, NodeClock(node, folder));
  return folder;
}

void SwitchedDocker::hold_networks(const NodeContainers& planned) {
  in_parallel(nodes().size(), [&](std::size_t i) {
    DockerNode& node = running_.at(nodes()[i]);
    const std::string who = fmt::format("node {} (its network)", nodes()[i]);
    node.holder = Container::create(engine_, planned.holders[i], who);
    node.holder.start();
    node.holder_process =
        ContainerProcess::of(node.holder, nodes()[i], planned.holders[i].environment.at(0));
  });
  for (const NodeName& name : nodes())
    attach(name, NetworkNamespace::of_process(running_.at(name).holder_process.pid(), name));
}

void SwitchedDocker::make_containers(const NodeContainers& planned) {
  in_parallel(nodes().size(), [&](std::size_t i) {
    DockerNode& node = running_.at(nodes()[i]);
    ContainerPlan plan = planned.nodes[i];
    plan.network = "container:" + node.holder.id();
    node.runner.set_container(Container::create(engine_, plan, "node " + nodes()[i]));
  });
}

std::vector<std::string> SwitchedDocker::remarks() {
  std::vector<std::string> all = remarks_;
  const std::vector<std::string> of_clocks = SwitchedCluster::remarks();
  all.insert(all.end(), of_clocks.begin(), of_clocks.end());
  return all;
}

}  // namespace

std::unique_ptr<LiveCluster> make_switched_docker(const ClusterParts& parts) {
  return std::make_unique<SwitchedDocker>(parts);
}

}  // namespace faultrig::live
