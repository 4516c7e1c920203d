#include "harness/live/docker/bridged_docker.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "harness/errors.hpp"
#include "harness/live/agent/agent_links.hpp"
#include "harness/live/docker/bridge_network.hpp"
#include "harness/live/docker/client_way.hpp"
#include "harness/live/docker/helper_stream.hpp"
#include "harness/live/docker/in_parallel.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/docker/log_pump.hpp"
#include "harness/live/docker/node_runner.hpp"
#include "harness/live/local/connectivity.hpp"
#include "harness/live/local/trace_tail.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

const std::string client = "c1";  // this process
constexpr auto log_patience = std::chrono::seconds(5);
constexpr const char* trace_inside = "trace.jsonl";  // in the node's folder

class BridgedDocker final : public LiveCluster {
 public:
  BridgedDocker(const ClusterParts& parts, const DockerOptions& options, std::string why_no_switch);
  ~BridgedDocker() override;

  std::string backend() const override { return "docker"; }
  const std::vector<NodeName>& nodes() const override { return names_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override;

  void start(const NodeName& node) override {
    of(node).helper->status();
    of(node).runner.start();
  }
  int kill(const NodeName& node) override { return of(node).runner.kill(); }
  int pause(const NodeName& node) override { return of(node).runner.pause(); }
  int resume(const NodeName& node) override { return of(node).runner.resume(); }
  NodeStatus status(const NodeName& node) override {
    of(node).helper->status();
    return of(node).runner.status();
  }

  void set_link(const std::string& from, const std::string& to, const LinkRule& rule) override {
    links_.set_link(from, to, rule);
  }
  LinkRule link(const std::string& from, const std::string& to) const override {
    return links_.link(from, to);
  }
  LinkCounters counters(const std::string& from, const std::string& to) const override {
    return links_.counters(from, to);
  }
  void heal_links() override { links_.heal(); }

  Connectivity probe(milliseconds patience) override;
  std::vector<std::string> remarks() override;
  std::vector<TraceEvent> new_trace() override;

  int open_client_socket(int) override { return open_socket_here().release(); }
  NodeAddress address_of(const std::string& node) const override {
    return nodes_[index_of(node)].way.address;
  }

 private:
  struct Node {
    NodePlace place;  // its folder is on this machine, its address on the bridge
    NodeRunner runner;
    Container container = {};  // of the helper
    std::unique_ptr<AgentCaller> helper = {};
    ClientWay way = {};
  };

  void make_helpers(const ClusterParts& parts);
  void find_ways();
  void set_up_links();
  void make_containers(const ClusterParts& parts, const TargetImage& image);
  // Its place in nodes_. Throws UsageError.
  std::size_t index_of(const NodeName& node) const;
  Node& of(const NodeName& node) { return nodes_[index_of(node)]; }

  EngineClient engine_;
  // It forks, and must do so before helpers and the pump have their threads.
  RunContainers containers_;
  LogPump logs_;
  std::string why_no_switch_;
  std::string publish_at_;  // empty: clients go straight to the bridge
  BridgeNetwork network_;
  std::vector<NodeName> names_;
  const std::vector<std::string> clients_{client};
  std::vector<Node> nodes_;
  std::vector<TraceTail> traces_;
  AgentLinks links_{client, bridge_cannot(Capability::jam)};
};

BridgedDocker::BridgedDocker(const ClusterParts& parts, const DockerOptions& options,
                             std::string why_no_switch)
    : engine_(engine_socket()),
      containers_(engine_, run_name(parts.folder) + "-bridge"),
      why_no_switch_(std::move(why_no_switch)) {
  if (parts.plan.capture) {
    throw UsageError("packets on a bridge of the Docker engine cannot be captured",
                     "leave --capture out, or set docker.network to \"switch\"", parts.plan.file);
  }
  raise_descriptor_limit();
  remove_leftovers(engine_);
  parts.journal.note(
      fmt::format("containers and a network labelled {}={} on the Docker engine at {}", run_label,
                  containers_.run(), engine_.socket()));
  std::map<std::string, Ipv4> unknown;
  for (int number = 1; number <= parts.plan.nodes; ++number) {
    names_.push_back(fmt::format("n{}", number));
    unknown.emplace(names_.back(), Ipv4{});
  }
  for (NodePlace& place : make_places(parts, unknown, names_)) {
    traces_.emplace_back(place.name, place.trace());
    NodeRunner runner(place.name, place.log(), logs_, false);
    nodes_.push_back({std::move(place), std::move(runner)});
  }
  std::vector<NodePlace> places;
  for (const Node& node : nodes_) places.push_back(node.place);
  const TargetImage image = image_of_target(parts, engine_, places);
  network_ = make_bridge_network(engine_, containers_.run(), containers_.labels());
  const bool goes_straight = options.address.empty() && is_address_of_ours(network_.gateway);
  if (!goes_straight) publish_at_ = options.address.empty() ? "127.0.0.1" : options.address;
  make_helpers(parts);
  find_ways();
  set_up_links();
  make_containers(parts, image);
}

BridgedDocker::~BridgedDocker() {
  in_parallel(nodes_.size(), [&](std::size_t i) { nodes_[i].runner.end(); });
  for (const Node& node : nodes_)
    if (!logs_.await_end(node.place.name, log_patience)) break;
  // What they have got of the traces by now comes along.
  for (Node& node : nodes_)
    if (node.helper) node.helper->begin_end();
}

std::size_t BridgedDocker::index_of(const NodeName& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
  throw UsageError(fmt::format("there is no node `{}` in this run", name),
                   fmt::format("there are {}", fmt::join(names_, ", ")));
}

void BridgedDocker::make_helpers(const ClusterParts& parts) {
  in_parallel(nodes_.size(), [&](std::size_t i) {
    Node& node = nodes_[i];
    ContainerPlan plan =
        plan_helper(engine_, containers_, parts.programs, node.place.name, network_);
    if (!publish_at_.empty()) {
      plan.published_port = node.place.address.port;
      plan.publish_at = publish_at_;
    }
    node.container = Container::create(engine_, plan, helper_of(node.place.name));
    node.helper =
        call_helper(node.container, node.place.name, {{trace_inside, node.place.trace()}});
  });
  for (Node& node : nodes_) {
    links_.add(node.place.name, *node.helper);
    const std::string why = node.helper->wait_until_up().texts.at(0);
    if (!why.empty() && links_.obstacles.filter.empty())
      links_.obstacles.filter = fmt::format("{}: {}", node.helper->where(), why);
  }
}

void BridgedDocker::find_ways() {
  in_parallel(nodes_.size(), [&](std::size_t i) {
    Node& node = nodes_[i];
    const ContainerAddress address = node.container.address(network_.name);
    node.place.address.ip = address.ip;
    node.way.address =
        publish_at_.empty() ? node.place.address : NodeAddress{publish_at_, address.published};
    node.way.comes_from =
        find_way(*node.helper, node.place.name, node.way.address, node.place.address.port);
  });
}

void BridgedDocker::set_up_links() {
  std::string names = "# nodes of faultrig\n";
  for (const Node& node : nodes_)
    names += fmt::format("{} {}\n", node.place.address.ip, node.place.name);
  for (Node& node : nodes_) {
    std::vector<std::string> peers;
    for (const Node& other : nodes_)
      if (&other != &node) peers.push_back(other.place.name + "=" + other.place.address.ip);
    const std::string& from = node.way.comes_from;
    node.helper->begin(
        {AgentVerb::set_up,
         links_.obstacles.filter.empty() ? 1 : 0,
         0,
         {node.place.name, std::to_string(node.place.address.port), pack(peers),
          pack({client + "=" + from}), names + fmt::format("{} {}\n", from, client)}});
  }
  for_all(nodes_, [&](Node& node) {
    const std::string why = node.helper->finish().texts.at(0);
    if (!why.empty() && links_.obstacles.packet.empty())
      links_.obstacles.packet = fmt::format("{}: {}", node.helper->where(), why);
  });
}

void BridgedDocker::make_containers(const ClusterParts& parts, const TargetImage& image) {
  std::vector<NodePlace> places;
  for (const Node& node : nodes_) places.push_back(node.place);
  const std::vector<ContainerPlan> planned = plan_nodes(parts, image, containers_, places);
  in_parallel(nodes_.size(), [&](std::size_t i) {
    ContainerPlan plan = planned[i];
    plan.network = "container:" + nodes_[i].container.id();
    plan.volumes_from = nodes_[i].container.id();
    nodes_[i].runner.set_container(Container::create(engine_, plan, "node " + names_[i]));
  });
}

std::string BridgedDocker::cannot(Capability capability) const {
  switch (capability) {
    case Capability::cut:
    case Capability::reject:
    case Capability::jam:
    case Capability::packet:
    case Capability::client_links:
      return links_.cannot(capability);
    case Capability::kill:
    case Capability::pause:
    case Capability::power:
    case Capability::clock:
    case Capability::disk:
      break;
  }
  return bridge_cannot(capability);
}

Connectivity BridgedDocker::probe(milliseconds patience) {
  AgentLinks::Places places;
  std::vector<ProbePair> pairs;
  std::vector<WayToProbe> ways;
  for (Node& node : nodes_) {
    const NodePlace& place = node.place;
    if (status(place.name).state != NodeState::running) continue;
    places.emplace_back(place.name, place.address);
    pairs.push_back({client, place.name, nullptr, node.way.address});
    ways.push_back({place.name, *node.helper, node.way, place.address.port});
  }
  Connectivity result;
  links_.probe(places, patience, result, [&] {
    if (publish_at_.empty()) result = joined(result, measure_connectivity(pairs, patience));
  });
  if (!publish_at_.empty()) result = joined(result, probe_ways(client, ways, patience));
  return result;
}

std::vector<std::string> BridgedDocker::remarks() {
  std::string text = "the containers are joined by a bridge network of the Docker engine";
  if (!why_no_switch_.empty())
    text += fmt::format(", not by faultrig's switch ({})", why_no_switch_);
  std::vector<std::string> remarks{text + "; all have its machine's time since boot"};
  if (!publish_at_.empty()) {
    remarks.push_back(fmt::format(
        "clients reach nodes by ports that the engine publishes at {}; where its proxy takes their "
        "connections, what is asked of a node that is down counts as sent",
        publish_at_));
  }
  return remarks;
}

std::vector<TraceEvent> BridgedDocker::new_trace() {
  std::vector<TraceEvent> events;
  for (Node& node : nodes_) node.helper->status();  // one that is lost is told here first
  for (TraceTail& trace : traces_) trace.read(events);
  return events;
}

}  // namespace

std::string bridge_cannot(Capability capability) {
  switch (capability) {
    case Capability::cut:
    case Capability::reject:
    case Capability::client_links:
    case Capability::packet:  // where the engine's kernel has netem
    case Capability::kill:
    case Capability::pause:
      return "";
    case Capability::jam:
      return "a bridge network cannot hold packets back; docker.network = \"switch\" can, as root "
             "on the engine's machine";
    case Capability::clock:
      return "the clock of a container is a file that it shares with this machine, which those on "
             "a bridge network do not; docker.network = \"switch\" can, as root on the engine's "
             "machine";
    case Capability::power:
    case Capability::disk:
      break;
  }
  return switched_cannot(capability);
}

std::unique_ptr<LiveCluster> make_bridged_docker(const ClusterParts& parts,
                                                 const DockerOptions& options,
                                                 const std::string& why_no_switch) {
  return std::make_unique<BridgedDocker>(parts, options, why_no_switch);
}

}  // namespace faultrig::live
