#include "harness/live/switched_cluster.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/local/connectivity.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 network_base = (Ipv4{10} << 24) | (Ipv4{77} << 16);

Ipv4 address_in(unsigned subnet, int number) {
  return network_base | (Ipv4{subnet} << 8) | static_cast<Ipv4>(number);
}

}  // namespace

std::string switched_cannot(Capability capability) {
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
      return "what a node wrote to the kernel stays; `--backend sim` loses what was not synced";
    case Capability::clock:
      return clocks_cannot();
    case Capability::disk:
      return "disks of live nodes are left alone; `--backend sim` makes them fail";
  }
  return "";
}

SwitchedCluster::SwitchedCluster(const RunPlan& plan, int port_of_nodes)
    : port_of_nodes_(static_cast<std::uint16_t>(port_of_nodes)), switch_(plan.seed.value_or(0)) {
  for (int number = 1; number <= plan.nodes; ++number) {
    nodes_.push_back(fmt::format("n{}", number));
    clients_.push_back(fmt::format("c{}", number));
    addresses_.emplace(nodes_.back(), address_in(1, number));
    addresses_.emplace(clients_.back(), address_in(2, number));
  }
}

void SwitchedCluster::attach(const std::string& name, NetworkNamespace space, PortKind kind) {
  const Ipv4 address = addresses_.at(name);
  const PortId port = switch_.attach(name, address, attach_machine(space, name, address, kind));
  machines_.emplace(name, Machine{std::move(space), port});
}

void SwitchedCluster::follow_trace(const NodeName& node, const std::filesystem::path& file) {
  traces_.emplace_back(node, file);
}

std::vector<TraceEvent> SwitchedCluster::new_trace() {
  std::vector<TraceEvent> events;
  for (TraceTail& tail : traces_) tail.read(events);
  return events;
}

void SwitchedCluster::start_switch(const RunPlan& plan, const RunFolder& folder) {
  switch_.start(plan.capture ? folder.file("capture.pcapng") : std::filesystem::path());
}

const SwitchedCluster::Machine& SwitchedCluster::machine(const std::string& name) const {
  const auto found = machines_.find(name);
  if (found != machines_.end()) return found->second;
  std::vector<std::string> names = nodes_;
  names.insert(names.end(), clients_.begin(), clients_.end());
  throw UsageError(fmt::format("there is no machine `{}` in this run", name),
                   fmt::format("there are {}", fmt::join(names, ", ")));
}

const NodeName& SwitchedCluster::known(const NodeName& node) const {
  if (std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end()) return node;
  throw UsageError(fmt::format("there is no node `{}` in this run", node),
                   fmt::format("there are {}", fmt::join(nodes_, ", ")));
}

NodeAddress SwitchedCluster::address_of(const std::string& node) const {
  return {to_string(addresses_.at(known(node))), port_of_nodes_};
}

Connectivity SwitchedCluster::probe(std::chrono::milliseconds patience) {
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

int SwitchedCluster::open_client_socket(int worker) {
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

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace faultrig::live
