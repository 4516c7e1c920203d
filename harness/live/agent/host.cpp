#include "harness/live/agent/host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/agent/followed_file.hpp"
#include "harness/live/agent/host_probes.hpp"
#include "harness/live/agent/own_kernel.hpp"
#include "harness/live/agent/request_texts.hpp"
#include "harness/live/agent/serving.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/store.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

// The connection over which we are spoken to, which no cut may touch; sshd(8) tells of it.
std::optional<KeptConnection> own_connection() {
  const char* text = std::getenv("SSH_CONNECTION");
  if (text == nullptr) return std::nullopt;
  std::istringstream words(text);
  std::string peer, peer_port, own, own_port;
  words >> peer >> peer_port >> own >> own_port;
  in_addr address{};
  if (::inet_pton(AF_INET, peer.c_str(), &address) != 1) return std::nullopt;  // IPv6: not cut
  return KeptConnection{ntohl(address.s_addr), port_of(peer_port), port_of(own_port)};
}

std::string content_of(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const EnvironmentError&) {
    return "";
  }
}

}  // namespace

AgentHost::AgentHost(const AgentPlace& place, ClockState& clock)
    : place_(place),
      clock_state_(clock),
      kernel_clock_(clock, kernel_clock_calls()),
      server_(std::make_unique<SpawnServer>()) {
  write_file(place_.folder / agent_mark, fmt::format("{}\n", ::getpid()));
}

void AgentHost::undo() {
  server_.reset();
  links_.undo();
  undo_everything(place_, clock_state_);
}

AgentMessage AgentHost::handle(const AgentMessage& request) {
  return answer_or_refusal([&] { return answer(request); });
}

AgentMessage AgentHost::answer(const AgentMessage& request) {
  switch (request.verb) {
    case AgentVerb::hello:
      return hello();
    case AgentVerb::set_up:
      return set_up(request);
    case AgentVerb::start:
      start(request);
      return {};
    case AgentVerb::kill:
      return {AgentVerb::done, server_->kill(node_)};
    case AgentVerb::pause:
      return {AgentVerb::done, server_->pause(node_)};
    case AgentVerb::resume:
      return {AgentVerb::done, server_->resume(node_)};
    case AgentVerb::news:
      return news(request);
    case AgentVerb::link:
    case AgentVerb::shape:
    case AgentVerb::counters:
    case AgentVerb::heal:
    case AgentVerb::probe:
      return links_.answer(request, node_);
    case AgentVerb::clock:
      set_clock(clock_setting_of(request.texts));
      return {};
    case AgentVerb::clock_offset:
      return {AgentVerb::done, clock_offset().count()};
    case AgentVerb::remarks:
      return {AgentVerb::done, 0, 0, node_clocks_.remarks()};
    case AgentVerb::power_off:
      power_off();
    case AgentVerb::end:
      undo();
      return {};
    case AgentVerb::meet:
    case AgentVerb::arrivals:
    case AgentVerb::done:
    case AgentVerb::refused:
      break;
  }
  throw EnvironmentError("cannot understand", "an answer as a request", EPROTO);
}

// Texts: kernel, machine, who speaks to us from where, then why there can be no table in nftables,
// no clock and no time since boot of the node's own, and the boot id.
AgentMessage AgentHost::hello() {
  utsname about{};
  ::uname(&about);
  run_probe_program(*server_);
  no_node_clock_ = node_clock_obstacle(*server_);
  const char* connection = std::getenv("SSH_CONNECTION");
  const std::string client = connection == nullptr ? "" : connection;
  return {AgentVerb::done,
          ::getuid(),
          0,
          {about.release, about.machine, client.substr(0, client.find(' ')),
           PacketFilter::obstacle(place_.table), no_node_clock_, boot_time_obstacle(),
           kernel_facts().boot}};
}

// Number: whether links are to be cut. Texts: the node's name and port, its peers, its clients,
// lines for /etc/hosts, the boot ids of the others, "1" where clocks are to lie. Answers why there
// can be no packet faults, none of clocks and none of power.
AgentMessage AgentHost::set_up(const AgentMessage& request) {
  node_ = request.texts.at(0);
  FilterPlan plan;
  plan.table = place_.table;
  plan.port = port_of(request.texts.at(1));
  plan.peers = named_addresses(request.texts.at(2));
  plan.clients = named_addresses(request.texts.at(3));
  plan.kept = own_connection();
  write_file(place_.folder / "hosts", content_of("/etc/hosts") + "\n" + request.texts.at(4));
  const std::string no_clock =
      set_up_clock(unpack(request.texts.at(5)), request.texts.at(6) == "1");
  no_power_off_ =
      reset_obstacle(kernel_facts(), unpack(request.texts.at(5)), place_.disposable, place_.folder);
  if (no_power_off_.empty()) make_durable();
  if (request.number == 0)
    return {AgentVerb::done, 0, 0, {"links cannot be cut", no_clock, no_power_off_}};
  const std::string no_packet = links_.set_up(plan, ShaperTrial::elsewhere);
  return {AgentVerb::done, 0, 0, {no_packet, no_clock, no_power_off_}};
}

// Returns why no clock can lie here.
std::string AgentHost::set_up_clock(const std::vector<std::string>& other_boots, bool is_to_lie) {
  if (is_to_lie && no_node_clock_.empty()) node_clocks_.add(node_, NodeClock(node_));
  sets_kernel_clock_ = place_.disposable && shared_kernel(kernel_facts(), other_boots).empty() &&
                       kernel_clock_obstacle().empty();
  if (sets_kernel_clock_ || no_node_clock_.empty()) return "";
  return no_node_clock_ + "; the clock of a machine that is the node's alone can be set by root " +
         "where it is declared disposable (`disposable = true` in the hosts file)";
}

// Texts: command, environment, the node's folder, for how many seconds its machine has been up.
void AgentHost::start(const AgentMessage& request) {
  NodeProgram program;
  program.name = node_;
  program.command = unpack(request.texts.at(0));
  program.environment = unpack(request.texts.at(1));
  const fs::path folder = request.texts.at(2);
  if (program.command.empty()) throw EnvironmentError("cannot start", "no command", EINVAL);
  program.folder = (folder / "data").string();
  program.hosts_file = (place_.folder / "hosts").string();
  program.visible = {place_.folder.string()};
  program.since_boot = std::chrono::seconds(number_of(request.texts.at(3)));
  program.clock = node_clocks_.descriptor(node_);
  std::error_code error;
  const bool is_new = fs::create_directories(program.folder, error);
  if (error) throw EnvironmentError("cannot make", program.folder, error.value());
  const fs::path log = folder / "log.txt";
  const Descriptor file(::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) throw EnvironmentError("cannot open", log.string(), errno);
  program.log = file.get();
  if (is_new && no_power_off_.empty()) make_durable();
  node_clocks_.note_start(node_);
  server_->start(program);
}

// Texts: pairs of a file and an offset. Answers the state, how it ended, and for each pair where
// the news begin and what they are.
AgentMessage AgentHost::news(const AgentMessage& request) {
  const NodeStatus status = server_->status(node_);
  AgentMessage reply{AgentVerb::done, static_cast<std::int64_t>(status.state), 0, {status.how}};
  for (std::size_t i = 0; i < request.texts.size(); i += 2) {
    std::int64_t offset = number_of(request.texts.at(i + 1));
    std::string text = file_news(request.texts.at(i), offset);
    reply.texts.push_back(std::to_string(offset));
    reply.texts.push_back(std::move(text));
  }
  return reply;
}

// What is there before the node has run must outlast a reset: only what the node itself did not
// sync may be lost.
void AgentHost::make_durable() {
  const Descriptor folder(::open(place_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::syncfs(folder.get()) != 0)
    throw EnvironmentError("cannot sync", place_.folder.string(), errno);
}

void AgentHost::power_off() {
  if (!no_power_off_.empty()) throw EnvironmentError("cannot reset", "it", EPERM, no_power_off_);
  reset_kernel();
}

// What the kernel's own clock can do is seen by whoever reads it, waits included; to and fro, or
// standing still, or running very wrong only a node's clock can be.
void AgentHost::set_clock(const ClockSetting& setting) {
  ClockSetting rest = setting;
  if (sets_kernel_clock_) {
    const bool can_drift =
        std::abs(setting.drift_ppm) <= HostClock::farthest_ppm || !node_clocks_.has(node_);
    kernel_clock_.set({setting.offset, can_drift ? setting.drift_ppm : 0});
    rest.offset = {};
    if (can_drift) rest.drift_ppm = 0;
    if (rest == ClockSetting{} && !node_clocks_.has(node_)) return;
    if (!no_node_clock_.empty())
      throw EnvironmentError("cannot set", "a clock to and fro, or still", 0, no_node_clock_);
  }
  node_clocks_.set(node_, rest);
}

std::chrono::nanoseconds AgentHost::clock_offset() {
  const auto of_kernel = kernel_clock_.offset();
  return node_clocks_.has(node_) ? of_kernel + node_clocks_.offset(node_) : of_kernel;
}

}  // namespace faultrig::live
