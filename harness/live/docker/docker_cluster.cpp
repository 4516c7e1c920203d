#include "harness/live/docker/docker_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/in_parallel.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/docker/log_pump.hpp"
#include "harness/live/docker/node_containers.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr auto kill_patience = seconds(2);
// The engine sends the last of a container's output soon after its end.
constexpr auto log_patience = seconds(5);

struct DockerNode {
  Container holder;
  Container container;
  ContainerProcess holder_process;
  ContainerProcess process;  // while it runs
  NodeState state = NodeState::stopped;
  std::string how;  // it ended by itself
  bool was_started = false;
  bool was_silent = false;  // its output ended though it runs, and the engine confirmed that
};

class Docker final : public SwitchedCluster {
 public:
  explicit Docker(const ClusterParts& parts);
  ~Docker() override;

  std::string backend() const override { return "docker"; }

  void start(const NodeName& node) override;
  int kill(const NodeName& node) override;
  int pause(const NodeName& node) override;
  int resume(const NodeName& node) override;
  NodeStatus status(const NodeName& node) override;
  std::vector<std::string> remarks() override;

 private:
  void attach_clients();
  void give_times(const ClusterParts& parts, NodeContainers& planned);
  fs::path make_clock(const NodeName& node);
  bool has_boot_times(const ClusterParts& parts, const NodeContainers& planned);
  void hold_networks(const NodeContainers& planned);
  void make_containers(const NodeContainers& planned);
  void note_end(const NodeName& name, DockerNode& node);
  void expect_engine(const NodeName& name, DockerNode& node);

  EngineClient engine_;
  // It forks, and must do so before the switch and the pump have their threads.
  RunContainers containers_;
  LogPump logs_;
  std::map<NodeName, DockerNode> running_;
  std::map<NodeName, fs::path> log_files_;
  fs::path clock_folder_;
  std::vector<std::string> remarks_;
};

// Who asks for something else is told before anything is made.
EngineClient connect_engine(const RunPlan& plan) {
  const Options options = backend_options(plan, "docker");
  options.expect_only({"network", "boot_times"});
  const std::string network = options.text("network", "switch");
  if (network != "switch") {
    throw options.error("network", fmt::format("`docker.network` is \"{}\"", network),
                        "\"switch\" is the only one so far: devices of faultrig's own switch, for "
                        "which engine and faultrig must be on one machine");
  }
  return EngineClient(engine_socket());
}

// Readable in `docker ps`, and unique on the engine, which runs in other PID namespaces may share.
std::string run_name(const RunFolder& folder) {
  const ProcessIdentity us = identity_of(::getpid());
  return fmt::format("{}-{}-{}", folder.path().filename().string(), us.pid, us.started);
}

Docker::Docker(const ClusterParts& parts)
    : SwitchedCluster(parts.plan, parts.manifest.port),
      engine_(connect_engine(parts.plan)),
      containers_(engine_, run_name(parts.folder)) {
  raise_descriptor_limit();
  attach_clients();
  remove_leftovers(engine_);
  parts.journal.note(fmt::format("containers labelled {}={} on the Docker engine at {}", run_label,
                                 containers_.run(), engine_.socket()));
  NodeContainers planned = plan_containers(parts, engine_, containers_, addresses(), nodes());
  for (const NodePlace& place : planned.places) {
    log_files_.emplace(place.name, place.log());
    follow_trace(place.name, place.trace());
    running_[place.name];
  }
  give_times(parts, planned);
  hold_networks(planned);
  make_containers(planned);
  start_switch(parts.plan, parts.folder);
}

Docker::~Docker() {
  // At once, and also where the engine has died; the containers then go with containers_.
  for (auto& [name, node] : running_) {
    node.process.kill();
    node.holder_process.kill();
  }
  for (const NodeName& node : nodes())
    if (!logs_.await_end(node, log_patience)) break;
  std::error_code ignored;
  if (!clock_folder_.empty()) fs::remove_all(clock_folder_, ignored);
}

// Before anything is made on the engine: it takes the same rights as everything after it.
void Docker::attach_clients() {
  try {
    for (const std::string& client : client_machines())
      attach(client, NetworkNamespace::create(client));
  } catch (const EnvironmentError& error) {
    if (error.error != EPERM) throw;
    throw EnvironmentError(error.action, error.object, error.error,
                           "the docker backend takes root on the machine of the engine, as with "
                           "sudo: it makes devices in the network namespaces of the containers");
  }
}

// What stands in the way of times since boot of their own is no error: most targets never look.
bool Docker::has_boot_times(const ClusterParts& parts, const NodeContainers& planned) {
  if (!backend_options(parts.plan, "docker").boolean("boot_times", true)) return false;
  std::string why;
  if (!planned.as_root) why = "their image starts its program as another user than root";
  if (!can_travel(parts.programs)) why = "this is a build with sanitizers";
  if (!why.empty()) remarks_.push_back("all nodes have the machine's time since boot: " + why);
  return why.empty();
}

void Docker::give_times(const ClusterParts& parts, NodeContainers& planned) {
  const bool boot_times = has_boot_times(parts, planned);
  if (has_clock_faults(parts.plan)) clock_folder_ = fs::absolute(parts.folder.file("clocks"));
  for (std::size_t i = 0; i < nodes().size(); ++i) {
    NodeTimes times;
    if (boot_times) times.since_boot = time_since_boot(parts.plan, nodes()[i]);
    if (!clock_folder_.empty()) times.clock = make_clock(nodes()[i]);
    live::give_times(planned.nodes[i], parts.programs, times);
  }
}

// Not in the folders of the nodes, which their programs, and with some images all users, may
// change.
fs::path Docker::make_clock(const NodeName& node) {
  fs::path folder = clock_folder_ / node;
  std::error_code error;
  fs::create_directories(folder, error);
  // Whichever user an image has must be able to look, whatever our umask is.
  if (!error) fs::permissions(folder, fs::perms(0755), error);
  if (error) throw EnvironmentError("cannot make", folder.string(), error.value());
  clocks().add(node, NodeClock(node, folder));
  return folder;
}

void Docker::hold_networks(const NodeContainers& planned) {
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

void Docker::make_containers(const NodeContainers& planned) {
  in_parallel(nodes().size(), [&](std::size_t i) {
    DockerNode& node = running_.at(nodes()[i]);
    ContainerPlan plan = planned.nodes[i];
    plan.network = "container:" + node.holder.id();
    node.container = Container::create(engine_, plan, "node " + nodes()[i]);
  });
}

void Docker::start(const NodeName& name) {
  DockerNode& node = running_.at(known(name));
  const NodeState before = status(name).state;
  if (before == NodeState::running || before == NodeState::paused)
    throw std::logic_error("node " + name + " runs already");
  if (node.was_started) {
    node.container.await_end();
    logs_.await_end(name, log_patience);
  }
  const fs::path& path = log_files_.at(name);
  Descriptor log(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!log.is_open()) throw EnvironmentError("cannot open", path.string(), errno);
  logs_.add(name, node.container.attach(), std::move(log));
  clocks().note_start(name);
  node.container.start();
  node.was_started = true;
  node.process = ContainerProcess::of(node.container, name);
  node.state = NodeState::running;
  node.was_silent = false;
  node.how.clear();
  if (node.process.has_ended()) note_end(name, node);
}

int Docker::kill(const NodeName& name) {
  DockerNode& node = running_.at(known(name));
  int ended = 0;
  if (status(name).state != NodeState::exited && node.state != NodeState::stopped) {
    ended = std::max(1, node.process.count());
    // Milliseconds, where the engine takes a tenth of a second; it will notice. But only the engine
    // can wake what it has frozen, which it does once the signal is there.
    if (node.state == NodeState::paused || !node.process.kill_and_wait(kill_patience))
      node.container.kill();
  }
  node.process = ContainerProcess();
  node.state = NodeState::stopped;
  return ended;
}

int Docker::pause(const NodeName& name) {
  DockerNode& node = running_.at(known(name));
  if (status(name).state == NodeState::stopped || node.state == NodeState::exited) return 0;
  node.container.pause();  // or it was paused already: what counts is what is seen
  if (!node.container.state().paused) {
    if (status(name).state == NodeState::exited) return 0;
    throw EnvironmentError("cannot pause", "node " + name, 0,
                           "the Docker engine did it without effect: see its log");
  }
  node.state = NodeState::paused;
  return node.process.count();
}

int Docker::resume(const NodeName& name) {
  DockerNode& node = running_.at(known(name));
  if (status(name).state == NodeState::stopped || node.state == NodeState::exited) return 0;
  node.container.resume();
  if (node.container.state().paused)
    throw EnvironmentError("cannot resume", "node " + name, 0, "see the Docker engine's log");
  node.state = NodeState::running;
  return node.process.count();
}

NodeStatus Docker::status(const NodeName& name) {
  DockerNode& node = running_.at(known(name));
  const bool runs = node.state == NodeState::running || node.state == NodeState::paused;
  if (runs && node.process.has_ended()) {
    note_end(name, node);
  } else if (runs && !node.was_silent && !logs_.flows(name)) {
    expect_engine(name, node);
  }
  return {node.state, node.how};
}

void Docker::note_end(const NodeName& name, DockerNode& node) {
  node.how = how_it_ended(node.container.await_end());
  node.state = NodeState::exited;
  node.process = ContainerProcess();
  logs_.await_end(name, log_patience);  // its last words say why
}

std::vector<std::string> Docker::remarks() {
  std::vector<std::string> all = remarks_;
  const std::vector<std::string> of_clocks = SwitchedCluster::remarks();
  all.insert(all.end(), of_clocks.begin(), of_clocks.end());
  return all;
}

// The output of a node that runs ends when the node closes it, or when the engine is gone; the
// latter throws here.
void Docker::expect_engine(const NodeName& name, DockerNode& node) {
  if (node.container.state().running)
    node.was_silent = true;
  else
    note_end(name, node);
}

}  // namespace

std::unique_ptr<LiveCluster> make_docker_cluster(const ClusterParts& parts) {
  return std::make_unique<Docker>(parts);
}

std::vector<std::string> clean_docker() {
  std::vector<std::string> lines;
  try {
    const EngineClient engine(engine_socket());
    for (const std::string& name : remove_leftovers(engine))
      lines.push_back(fmt::format("removed container {} from {}", name, engine.socket()));
  } catch (const EnvironmentError& error) {
    // Where there is no engine, or none that we may use, we have left nothing on it.
    if (error.error != ENOENT && error.error != EACCES) lines.emplace_back(error.what());
  }
  return lines;
}

}  // namespace faultrig::live
