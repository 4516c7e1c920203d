#include "harness/live/ssh/ssh_cluster.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <random>
#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/live/agent/agent.hpp"
#include "harness/live/agent/agent_links.hpp"
#include "harness/live/local/connectivity.hpp"
#include "harness/live/local/trace_tail.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/live/ssh/deployment.hpp"
#include "harness/live/ssh/remote_agent.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

const std::string client = "c1";  // this machine
constexpr milliseconds start_patience{15'000};

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

class Ssh final : public LiveCluster {
 public:
  explicit Ssh(const ClusterParts& parts);
  ~Ssh() override {
    for (Machine& machine : machines_) machine.agent->begin_end();
  }

  std::string backend() const override { return "ssh"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }
  std::string cannot(Capability capability) const override;

  void start(const NodeName& node) override;
  int kill(const NodeName& node) override { return order(node, AgentVerb::kill); }
  int pause(const NodeName& node) override { return order(node, AgentVerb::pause); }
  int resume(const NodeName& node) override { return order(node, AgentVerb::resume); }
  NodeStatus status(const NodeName& node) override { return machine(node).agent->status(); }

  void set_clock(const NodeName& node, const ClockSetting& setting) override;
  std::chrono::nanoseconds clock_offset(const NodeName& node) override;

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

  int open_client_socket(int) override { return open_socket_here().release(); }
  NodeAddress address_of(const std::string& node) const override {
    return machine(node).deployment.address;
  }

 private:
  struct Machine {
    Deployment deployment;
    TraceTail trace;
    std::unique_ptr<RemoteAgent> agent;
    std::string seen_client;  // our address as the host sees it
  };
  void send_agents(const ClusterParts& parts, const std::string& run);
  void set_up_links();
  const Machine& machine(const std::string& node) const;
  int order(const NodeName& node, AgentVerb verb) {
    return static_cast<int>(machine(node).agent->ask({verb}).number);
  }

  std::vector<NodeName> nodes_;
  const std::vector<std::string> clients_{client};
  std::vector<Machine> machines_;
  AgentLinks links_{client, ssh_cannot(Capability::jam)};
  std::string no_clock_;
};

Ssh::Ssh(const ClusterParts& parts) {
  const std::string run = fresh_name();
  const std::vector<SshHost> hosts = read_ssh_hosts(parts.plan);
  for (Deployment& deployment :
       plan_deployment(parts.plan, parts.manifest, parts.programs, hosts, run)) {
    nodes_.push_back(deployment.node);
    const fs::path here = fs::absolute(parts.folder.node(deployment.node));
    TraceTail trace(deployment.node, here / "trace.jsonl");
    machines_.push_back({std::move(deployment), std::move(trace), nullptr, ""});
  }
  send_agents(parts, run);
  set_up_links();
}

void Ssh::send_agents(const ClusterParts& parts, const std::string& run) {
  const fs::path program = parts.programs / "faultrig_agent";
  if (!fs::exists(program))
    throw EnvironmentError("cannot find", program.string(), ENOENT, "build or install it as well");
  for (Machine& machine : machines_) {
    const Deployment& there = machine.deployment;
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
    machine.agent = std::make_unique<RemoteAgent>(task);
    links_.add(there.node, *machine.agent);
  }
  for_all(machines_, [&](Machine& machine) {
    const AgentMessage hello = machine.agent->wait_until_up();
    const std::string why = hello.texts.size() < 4 ? "?" : hello.texts[3];
    machine.seen_client = hello.texts.size() < 4 ? "" : hello.texts[2];
    if (!why.empty() && links_.obstacles.filter.empty())
      links_.obstacles.filter = fmt::format("{}: {}", machine.agent->where(), why);
    if (!machine.deployment.host.disposable && no_clock_.empty()) {
      no_clock_ = fmt::format(
          "{} is not declared disposable, so its clock stays right (`disposable = true` in the "
          "hosts file)",
          machine.agent->where());
    }
  });
}

void Ssh::set_up_links() {
  std::string names = fmt::format("# nodes of faultrig\n");
  for (const Machine& machine : machines_)
    names += fmt::format("{} {}\n", machine.deployment.address.ip, machine.deployment.node);
  for_all(machines_, [&](Machine& machine) {
    const Deployment& here = machine.deployment;
    std::vector<std::string> peers;
    // Clients go the way of our session, through the same translation of addresses, unless that
    // takes another way than the node's own traffic.
    const bool one_way = here.host.jump.empty() && here.host.listen.empty();
    const std::string own = one_way && is_ipv4(machine.seen_client)
                                ? machine.seen_client
                                : own_address_towards(here.address);
    for (const Machine& other : machines_) {
      const std::string& address = other.deployment.address.ip;
      if (&other != &machine) peers.push_back(other.deployment.node + "=" + address);
      if (address != own) continue;
      links_.obstacles.clients =
          fmt::format("we run on the host of node {}, whose packets cannot be told from a client's",
                      other.deployment.node);
    }
    const std::string clients = links_.obstacles.clients.empty() ? pack({client + "=" + own}) : "";
    const AgentMessage answer = machine.agent->ask(
        {AgentVerb::set_up,
         links_.obstacles.filter.empty() ? 1 : 0,
         0,
         {here.node, std::to_string(here.address.port), pack(peers), clients, names}});
    if (!answer.texts.empty() && !answer.texts[0].empty() && links_.obstacles.packet.empty())
      links_.obstacles.packet = fmt::format("{}: {}", machine.agent->where(), answer.texts[0]);
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
    case Capability::kill:
    case Capability::pause:
    case Capability::power:
    case Capability::disk:
      break;
  }
  return ssh_cannot(capability);
}

const Ssh::Machine& Ssh::machine(const std::string& node) const {
  for (const Machine& machine : machines_)
    if (machine.deployment.node == node) return machine;
  throw UsageError(fmt::format("there is no node `{}` in this run", node),
                   fmt::format("there are {}", fmt::join(nodes_, ", ")));
}

void Ssh::start(const NodeName& node) {
  const Deployment& there = machine(node).deployment;
  machine(node).agent->ask(
      {AgentVerb::start,
       0,
       0,
       {pack(there.program.command), pack(there.program.environment), there.node_folder}},
      start_patience);
}

void Ssh::set_clock(const NodeName& node, const ClockSetting& setting) {
  machine(node).agent->ask(
      {AgentVerb::clock, setting.offset.count(), 0, {std::to_string(setting.drift_ppm)}});
}

std::chrono::nanoseconds Ssh::clock_offset(const NodeName& node) {
  return std::chrono::nanoseconds(machine(node).agent->ask({AgentVerb::clock_offset}).number);
}

Connectivity Ssh::probe(milliseconds patience) {
  std::vector<const Machine*> running;
  for (const Machine& machine : machines_)
    if (machine.agent->status().state == NodeState::running) running.push_back(&machine);
  AgentLinks::Places places;
  std::vector<ProbePair> pairs;
  for (const Machine* machine : running) {
    const Deployment& there = machine->deployment;
    places.emplace_back(there.node, there.address);
    pairs.push_back({client, there.node, nullptr, there.address});
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
  for (Machine& machine : machines_) {
    machine.agent->status();  // a host that is lost is told here first
    machine.trace.read(events);
  }
  return events;
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
    case Capability::clock:   // on hosts that are declared disposable
      return "";
    case Capability::jam:
      return "the kernels of remote hosts cannot hold packets back; `--backend local` can";
    case Capability::power:
      return "the ssh backend does not reset hosts; `--backend sim` loses what was not synced";
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
