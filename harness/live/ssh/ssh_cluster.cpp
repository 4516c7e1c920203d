#include "harness/live/ssh/ssh_cluster.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <random>
#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/live/agent/agent.hpp"
#include "harness/live/agent/agent_links.hpp"
#include "harness/live/agent/own_kernel.hpp"
#include "harness/live/clock/node_clocks.hpp"
#include "harness/live/local/connectivity.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/live/ssh/deployment.hpp"
#include "harness/live/ssh/ssh_machine.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

const std::string client = "c1";  // this machine

// Two runs of one seed may use the same hosts.
std::string fresh_name() {
  std::random_device entropy;
  return fmt::format("{:08x}", entropy());
}

// The address from which this machine speaks to that one; nothing is sent.
std::string own_address_towards(const NodeAddress& there) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(there.port);
  ::inet_pton(AF_INET, there.ip.c_str(), &address.sin_addr);
  socklen_t size = sizeof address;
  if (!socket.is_open() ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw EnvironmentError("cannot find a way to", there.ip, errno);
  char text[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return text;
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

// The first reason is told.
void note_obstacle(std::string& first, const SshMachine& machine, const std::string& why) {
  if (!why.empty() && first.empty()) first = fmt::format("{}: {}", machine.where(), why);
}

class Ssh final : public LiveCluster {
 public:
  explicit Ssh(const ClusterParts& parts);
  ~Ssh() override {
    for (const auto& machine : machines_) machine->begin_end();
  }

  std::string backend() const override { return "ssh"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override;

  void start(const NodeName& node) override { machine(node).start(); }
  int kill(const NodeName& node) override { return machine(node).order(AgentVerb::kill); }
  int pause(const NodeName& node) override { return machine(node).order(AgentVerb::pause); }
  int resume(const NodeName& node) override { return machine(node).order(AgentVerb::resume); }
  NodeStatus status(const NodeName& node) override { return machine(node).status(); }
  PowerLoss power_off(const NodeName& node) override;
  void await_started() override;

  void set_clock(const NodeName& node, const ClockSetting& setting) override {
    machine(node).set_clock(setting);
  }
  std::chrono::nanoseconds clock_offset(const NodeName& node) override {
    return machine(node).clock_offset();
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
  std::vector<TraceEvent> new_trace() override;
  std::vector<std::string> remarks() override;

  int open_client_socket(int) override { return open_socket_here().release(); }
  NodeAddress address_of(const std::string& node) const override {
    return machine(node).deployment().address;
  }

 private:
  void send_agents(const ClusterParts& parts, const std::string& run);
  void set_up(bool clocks_are_to_lie);
  std::vector<std::string> other_boots(const SshMachine& machine) const;
  SshMachine& machine(const std::string& node) const;

  std::vector<NodeName> nodes_;
  const std::vector<std::string> clients_{client};
  std::vector<std::unique_ptr<SshMachine>> machines_;
  AgentLinks links_{client, ssh_cannot(Capability::jam)};
  std::string no_clock_, no_power_;
};

Ssh::Ssh(const ClusterParts& parts) {
  const std::string run = fresh_name();
  send_agents(parts, run);
  set_up(has_clock_faults(parts.plan));
}

void Ssh::send_agents(const ClusterParts& parts, const std::string& run) {
  const fs::path program = parts.programs / "faultrig_agent";
  if (!fs::exists(program))
    throw EnvironmentError("cannot find", program.string(), ENOENT, "build or install it as well");
  for (Deployment& there : plan_deployment(parts.plan, parts.manifest, parts.programs,
                                           read_ssh_hosts(parts.plan), run)) {
    nodes_.push_back(there.node);
    parts.journal.note(fmt::format(
        "on host {} node {}, its folder {} and the nftables table ip faultrig_{}; an agent there "
        "undoes them within {} s of losing us",
        there.host.address, there.node, there.folder, run, agent_lease.count() / 1000));
    const fs::path here = fs::absolute(parts.folder.node(there.node));
    AgentTask task{there.node, there.host, there.folder, "faultrig_" + run, there.upload,
                   program,    {}};
    for (const char* name : {"log.txt", "trace.jsonl"})
      task.follow.push_back({there.node_folder + "/" + name, here / name});
    write_file(here / "log.txt", "");
    machines_.push_back(std::make_unique<SshMachine>(std::move(there), here / "trace.jsonl", task));
    links_.add(nodes_.back(), *machines_.back());
  }
  for_all(machines_, [&](const auto& machine) {
    machine->wait_until_up();
    note_obstacle(links_.obstacles.filter, *machine, machine->facts().no_filter);
  });
}

// Those of this machine and of all other hosts.
std::vector<std::string> Ssh::other_boots(const SshMachine& machine) const {
  std::vector<std::string> boots{kernel_facts().boot};
  for (const auto& other : machines_)
    if (other.get() != &machine) boots.push_back(other->facts().boot);
  return boots;
}

void Ssh::set_up(bool clocks_are_to_lie) {
  std::string names = fmt::format("# nodes of faultrig\n");
  for (const auto& machine : machines_)
    names += fmt::format("{} {}\n", machine->deployment().address.ip, machine->node());
  for_all(machines_, [&](const auto& entry) {
    SshMachine& machine = *entry;
    const Deployment& here = machine.deployment();
    std::vector<std::string> peers;
    // Clients go the way of our session, through the same translation of addresses, unless that
    // takes another way than the node's own traffic.
    const bool one_way = here.host.jump.empty() && here.host.listen.empty();
    const std::string own = one_way && is_ipv4(machine.facts().seen_client)
                                ? machine.facts().seen_client
                                : own_address_towards(here.address);
    for (const auto& other : machines_) {
      const std::string& address = other->deployment().address.ip;
      if (other.get() != &machine) peers.push_back(other->node() + "=" + address);
      if (address != own) continue;
      links_.obstacles.clients =
          fmt::format("we run on the host of node {}, whose packets cannot be told from a client's",
                      other->node());
    }
    const std::string clients = links_.obstacles.clients.empty() ? pack({client + "=" + own}) : "";
    const AgentMessage answer =
        machine.set_up({AgentVerb::set_up,
                        links_.obstacles.filter.empty() ? 1 : 0,
                        0,
                        {here.node, std::to_string(here.address.port), pack(peers), clients, names,
                         pack(other_boots(machine)), clocks_are_to_lie ? "1" : "0"}});
    note_obstacle(links_.obstacles.packet, machine, answer.texts.at(0));
    note_obstacle(no_clock_, machine, answer.texts.at(1));
    note_obstacle(no_power_, machine, answer.texts.at(2));
  });
}

std::string Ssh::cannot(Capability capability) const {
  switch (capability) {
    case Capability::cut:
    case Capability::reject:
    case Capability::jam:
    case Capability::packet:
    case Capability::client_links:
      return links_.cannot(capability);
    case Capability::clock:
      return no_clock_;
    case Capability::power:
      return no_power_;
    case Capability::kill:
    case Capability::pause:
    case Capability::disk:
      break;
  }
  return ssh_cannot(capability);
}

SshMachine& Ssh::machine(const std::string& node) const {
  for (const auto& machine : machines_)
    if (machine->node() == node) return *machine;
  throw UsageError(fmt::format("there is no node `{}` in this run", node),
                   fmt::format("there are {}", fmt::join(nodes_, ", ")));
}

PowerLoss Ssh::power_off(const NodeName& node) {
  if (!no_power_.empty())
    throw EnvironmentError("cannot cut the power of node", node, 0, no_power_);
  return machine(node).power_off();
}

void Ssh::await_started() {
  for_all(machines_, [](const auto& machine) { machine->await_started(); });
}

Connectivity Ssh::probe(milliseconds patience) {
  AgentLinks::Places places;
  std::vector<ProbePair> pairs;
  for (const auto& machine : machines_) {
    if (machine->status().state != NodeState::running) continue;
    places.emplace_back(machine->node(), machine->deployment().address);
    pairs.push_back({client, machine->node(), nullptr, machine->deployment().address});
  }
  Connectivity result;
  links_.probe(places, patience, result, [&] {
    const Connectivity from_here = measure_connectivity(pairs, patience);
    result.pairs += from_here.pairs;
    result.broken = from_here.broken;
  });
  return result;
}

std::vector<TraceEvent> Ssh::new_trace() {
  std::vector<TraceEvent> events;
  for (const auto& machine : machines_) machine->new_trace(events);
  return events;
}

std::vector<std::string> Ssh::remarks() {
  std::vector<std::string> all;
  for (const auto& machine : machines_)
    for (std::string& remark : machine->remarks()) all.push_back(std::move(remark));
  return all;
}

}  // namespace

std::string ssh_cannot(Capability capability) {
  switch (capability) {
    case Capability::cut:
    case Capability::reject:
    case Capability::client_links:
    case Capability::kill:
    case Capability::pause:
    case Capability::packet:  // where the kernel has netem
    case Capability::clock:
    case Capability::power:  // on hosts that are declared disposable
      return "";
    case Capability::jam:
      return "the kernels of remote hosts cannot hold packets back; `--backend local` can";
    case Capability::disk:
      return "the ssh backend leaves the hosts' disks alone; `--backend sim` makes them fail";
  }
  return "";
}

int ssh_machine_count(const RunPlan& plan) { return static_cast<int>(read_ssh_hosts(plan).size()); }

std::unique_ptr<LiveCluster> make_ssh_cluster(const ClusterParts& parts) {
  return std::make_unique<Ssh>(parts);
}

}  // namespace faultrig::live
