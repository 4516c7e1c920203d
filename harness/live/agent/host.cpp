#include "harness/live/agent/host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/agent/host_probes.hpp"
#include "harness/live/agent/link_shape.hpp"
#include "harness/live/agent/own_kernel.hpp"
#include "harness/live/local/connectivity.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/store.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

std::uint16_t port_of(const std::string& text) {
  const std::int64_t number = number_of(text);
  if (number < 1 || number > 65'535)
    throw EnvironmentError("cannot understand", fmt::format("the port `{}`", text), EPROTO);
  return static_cast<std::uint16_t>(number);
}

Ipv4 ipv4_of(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
    throw EnvironmentError("cannot understand", fmt::format("the address `{}`", text), EPROTO);
  return ntohl(address.s_addr);
}

// "n1=10.0.0.1"
NamedAddress named_address(const std::string& text) {
  const std::size_t equals = text.find('=');
  return {text.substr(0, equals),
          ipv4_of(equals == std::string::npos ? "" : text.substr(equals + 1))};
}

std::vector<NamedAddress> named_addresses(const std::string& packed) {
  std::vector<NamedAddress> all;
  for (const std::string& text : unpack(packed)) all.push_back(named_address(text));
  return all;
}

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

// What the file has from `offset` on. A file that has become shorter was begun anew: from 0.
std::string file_news(const fs::path& path, std::int64_t& offset) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return "";
  if (offset < 0 || about.st_size < offset) offset = 0;
  std::string text(most_agent_news, '\0');
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), offset);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

FilterSide side_of(const std::string& text) {
  if (text == "from") return FilterSide::from;
  if (text == "to") return FilterSide::to;
  throw EnvironmentError("cannot understand", fmt::format("the side `{}`", text), EPROTO);
}

LinkRule::Block block_of(std::int64_t number) {
  for (const auto block : {LinkRule::Block::none, LinkRule::Block::drop, LinkRule::Block::reject}) {
    if (number == static_cast<std::int64_t>(block)) return block;
  }
  throw EnvironmentError("cannot understand", fmt::format("block {}", number), EPROTO);
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
  filter_.reset();
  shaper_.reset();
  undo_everything(place_, clock_state_);
}

AgentMessage AgentHost::handle(const AgentMessage& request) {
  try {
    return answer(request);
  } catch (const EnvironmentError& error) {
    return refusal(error);
  } catch (const std::exception& error) {  // a request without the texts it needs
    return refusal({"cannot understand", fmt::format("a request ({})", error.what()), EPROTO});
  }
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
      set_link(request);
      return {};
    case AgentVerb::shape:
      shape(request);
      return {};
    case AgentVerb::counters:
      return counters(request);
    case AgentVerb::heal:
      heal();
      return {};
    case AgentVerb::probe:
      return probe(request);
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
  filter_ = std::make_unique<PacketFilter>(plan);
  const std::string no_packet = PacketShaper::obstacle(place_.table, plan.peers);
  if (no_packet.empty()) shaper_ = std::make_unique<PacketShaper>(place_.table, plan.peers);
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

PacketFilter& AgentHost::filter() {
  if (!filter_) throw EnvironmentError("cannot cut", "a link without nftables", EPERM);
  return *filter_;
}

// Number: the block. Texts: the side and the name; then the share of packets that are lost.
void AgentHost::set_link(const AgentMessage& request) {
  const Ratio loss = request.texts.size() < 3 ? Ratio{} : ratio_of(request.texts.at(2));
  filter().set(side_of(request.texts.at(0)), request.texts.at(1), block_of(request.number), loss);
}

// Texts: the peer and a rule, see link_shape.
void AgentHost::shape(const AgentMessage& request) {
  if (!shaper_) throw EnvironmentError("cannot shape", "packets without netem", EPERM);
  const std::string& peer = request.texts.at(0);
  const LinkRule rule = link_shape_of({request.texts.begin() + 1, request.texts.end()});
  // Nothing is steered to where lanes are made or removed.
  filter().steer(peer, {});
  filter().steer(peer, shaper_->prepare(peer, rule));
}

void AgentHost::heal() {
  if (filter_) filter_->clear();
  if (shaper_) shaper_->clear();
}

AgentMessage AgentHost::counters(const AgentMessage& request) {
  const LinkCounters counted = filter().counters(side_of(request.texts.at(0)), request.texts.at(1));
  return {AgentVerb::done, 0, 0, to_texts(counted)};
}

// Number: milliseconds of patience. Texts: name, address and port of each peer. Answers names of
// those that could not be reached, each with the reason.
AgentMessage AgentHost::probe(const AgentMessage& request) {
  std::vector<ProbePair> pairs;
  for (std::size_t i = 0; i < request.texts.size(); i += 3) {
    pairs.push_back({node_,
                     request.texts.at(i),
                     nullptr,
                     {request.texts.at(i + 1), port_of(request.texts.at(i + 2))}});
  }
  AgentMessage reply;
  const Connectivity measured =
      measure_connectivity(pairs, std::chrono::milliseconds(request.number));
  for (const Connectivity::Broken& broken : measured.broken) {
    reply.texts.push_back(broken.to);
    reply.texts.push_back(broken.why);
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
