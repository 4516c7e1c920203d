#include "harness/live/agent/host.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/agent/followed_file.hpp"
#include "harness/live/agent/request_texts.hpp"
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
      clock_(clock, kernel_clock_calls()),
      server_(std::make_unique<SpawnServer>()) {
  write_file(place_.folder / agent_mark, fmt::format("{}\n", ::getpid()));
}

void AgentHost::undo() {
  server_.reset();
  links_.undo();
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
    case AgentVerb::shape:
    case AgentVerb::counters:
    case AgentVerb::heal:
    case AgentVerb::probe:
      return links_.answer(request, node_);
    case AgentVerb::clock:
      set_clock(request);
      return {};
    case AgentVerb::clock_offset:
      return {AgentVerb::done, clock_.offset().count()};
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

// By doing it: a program in namespaces of its own, a table that is filled and dropped.
AgentMessage AgentHost::hello() {
  utsname about{};
  ::uname(&about);
  const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  NodeProgram program;
  program.name = "probe";
  program.command = {fs::read_symlink("/proc/self/exe").string(), "--version"};
  program.folder = "/";
  program.visible = {program.command[0]};
  program.log = nothing.get();
  server_->start(program);
  server_->kill(program.name);
  const char* connection = std::getenv("SSH_CONNECTION");
  const std::string client = connection == nullptr ? "" : connection;
  return {AgentVerb::done,
          ::getuid(),
          0,
          {about.release, about.machine, client.substr(0, client.find(' ')),
           PacketFilter::obstacle(place_.table)}};
}

// Number: whether links are to be cut. Texts: the node's name and port, its peers, its clients,
// lines for /etc/hosts.
AgentMessage AgentHost::set_up(const AgentMessage& request) {
  node_ = request.texts.at(0);
  FilterPlan plan;
  plan.table = place_.table;
  plan.port = port_of(request.texts.at(1));
  plan.peers = named_addresses(request.texts.at(2));
  plan.clients = named_addresses(request.texts.at(3));
  plan.kept = own_connection();
  write_file(place_.folder / "hosts", content_of("/etc/hosts") + "\n" + request.texts.at(4));
  if (request.number == 0) return {AgentVerb::done, 0, 0, {"links cannot be cut"}};
  return {AgentVerb::done, 0, 0, {links_.set_up(plan, ShaperTrial::elsewhere)}};
}

// Texts: command, environment, the node's folder.
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
  std::error_code error;
  fs::create_directories(program.folder, error);
  if (error) throw EnvironmentError("cannot make", program.folder, error.value());
  const fs::path log = folder / "log.txt";
  const Descriptor file(::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) throw EnvironmentError("cannot open", log.string(), errno);
  program.log = file.get();
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

// Number: the offset in nanoseconds. Text: the drift in ppm.
void AgentHost::set_clock(const AgentMessage& request) {
  if (!place_.disposable)
    throw EnvironmentError("cannot set", "the clock of a host that is not disposable", EPERM);
  clock_.set({std::chrono::nanoseconds(request.number), number_of(request.texts.at(0))});
}

}  // namespace faultrig::live
