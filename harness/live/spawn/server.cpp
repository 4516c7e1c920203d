#include "harness/live/spawn/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/live/spawn/server_loop.hpp"

namespace faultrig::live {

SpawnServer::SpawnServer() {
  std::cout.flush();
  std::fflush(nullptr);
  auto [ours, theirs] = make_message_pair();
  pid_ = ::fork();
  if (pid_ < 0) throw EnvironmentError("cannot fork", "the spawn server", errno);
  if (pid_ == 0) {
    ours.reset();
    run_spawn_server(theirs.get());
  }
  control_ = std::move(ours);
}

SpawnServer::~SpawnServer() {
  control_.reset();  // the server ends when we hang up
  ::waitpid(pid_, nullptr, 0);
}

void SpawnServer::start(const NodeProgram& program) {
  WireMessage request;
  request.kind = MessageKind::start;
  std::string lent;  // what each of the descriptors is
  const auto lend = [&](int number, char letter) {
    if (number < 0) return;
    request.descriptors.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, 3));
    lent += letter;
  };
  lend(program.log, 'l');
  lend(program.network, 'n');
  lend(program.clock, 'c');
  request.texts = {program.name,
                   pack(program.command),
                   pack(program.environment),
                   program.folder,
                   program.hosts_file,
                   pack(program.visible),
                   std::to_string(program.since_boot.count()),
                   program.trap_waits ? "trap" : "",
                   lent};
  ask(std::move(request));
}

int SpawnServer::kill(const std::string& node) { return ask_number(MessageKind::kill, node); }
int SpawnServer::pause(const std::string& node) { return ask_number(MessageKind::pause, node); }
int SpawnServer::resume(const std::string& node) { return ask_number(MessageKind::resume, node); }

NodeStatus SpawnServer::status(const std::string& node) {
  WireMessage request;
  request.kind = MessageKind::status;
  request.texts = {node};
  const WireMessage reply = ask(std::move(request));
  return {static_cast<NodeState>(reply.number), reply.texts.at(0)};
}

int SpawnServer::ask_number(MessageKind kind, const std::string& node) {
  WireMessage request;
  request.kind = kind;
  request.texts = {node};
  return ask(std::move(request)).number;
}

WireMessage SpawnServer::ask(WireMessage request) {
  const std::string node = request.texts.at(0);
  send_message(control_.get(), request);
  std::optional<WireMessage> reply = receive_message(control_.get());
  if (!reply) throw EnvironmentError("cannot go on without", "the spawn server: it has ended", 0);
  if (reply->kind == MessageKind::refused) {
    const bool not_allowed = reply->error == EPERM || reply->error == ENOSPC;
    throw EnvironmentError(reply->texts.at(0),
                           fmt::format("{} for node {}", reply->texts.at(1), node), reply->error,
                           not_allowed ? namespace_remedy(reply->error) : "");
  }
  return std::move(*reply);
}

}  // namespace faultrig::live
