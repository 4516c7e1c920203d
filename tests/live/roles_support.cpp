#include "tests/live/roles_support.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "harness/live/clock/node_clock.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/live/spawn/server.hpp"
#include "tests/live/loopback_support.hpp"

namespace faultrig::live {
namespace {

// A sandbox with two nodes of several processes each; says "ready" and stays.
int hold_sandbox() {
  return run_in_sandbox([] {
    SpawnServer server;
    const Descriptor log(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    std::optional<NodeClock> clock;
    if (clocks_cannot().empty()) clock.emplace("n2");
    for (const char* name : {"n1", "n2"}) {
      NodeProgram program;
      if (clock && std::string(name) == "n2") program.clock = clock->descriptor();
      program.name = name;
      program.command = {"/bin/sh", "-c",
                         "for i in 1 2 3; do (setsid sh -c 'trap \"\" TERM; sleep 1000' &); done; "
                         "exec sleep 1000"};
      program.folder = "/";
      program.log = log.get();
      server.start(program);
    }
    fmt::print("ready\n");
    std::fflush(stdout);
    while (true) ::pause();
    return 0;
  });
}

volatile std::sig_atomic_t received = 0;
volatile std::sig_atomic_t times = 0;

// Says "ready", waits for a signal in the sandbox and returns its number plus 10 times how often it
// came; `stubborn`: does not return.
int report_signal(bool stubborn) {
  return run_in_sandbox([&] {
    struct sigaction action {};
    action.sa_handler = [](int number) {
      received = number;
      times = times + 1;
    };
    sigset_t all, old;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &old);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
      ::sigaction(number, &action, nullptr);
    fmt::print("ready\n");
    std::fflush(stdout);
    while (received == 0 || stubborn) {
      ::sigsuspend(&old);
      if (stubborn) fmt::print("signal\n");
      std::fflush(stdout);
    }
    return times * 10 + received;
  });
}

// A node of the echo system: ADDRESS PORT TRACE. Answers every request line with echo_ok.
int echo_node(const std::vector<std::string>& arguments) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(arguments.at(1))));
  ::inet_pton(AF_INET, arguments.at(0).c_str(), &address.sin_addr);
  // Before anybody can reach it, and kill it.
  std::ofstream(arguments.at(2), std::ios::app) << R"({"event":"echo.up","seq":0})" << std::endl;
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 1024) != 0) {
    fmt::print(stderr, "cannot listen on {}:{}\n", arguments[0], arguments[1]);
    return 1;
  }
  fmt::print("echo node up\n");
  std::fflush(stdout);
  while (true) {
    Descriptor handle(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!handle.is_open()) continue;
    ::setsockopt(handle.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread([peer = Peer(std::move(handle))]() mutable {
      for (std::string line; !(line = peer.read_line()).empty();) peer.write(answer_to(line));
    }).detach();
  }
}

// Waits for ever in vfork, as its child does not exec.
int vfork_parent() {
  if (::vfork() == 0) {
    while (true) ::pause();
  }
  return 0;
}

}  // namespace

int run_role(const std::string& role, const std::vector<std::string>& arguments) {
  if (role == "hold-sandbox") return hold_sandbox();
  if (role == "report-signal") return report_signal(false);
  if (role == "stubborn") return report_signal(true);
  if (role == "echo-node") return echo_node(arguments);
  if (role == "vfork-parent") return vfork_parent();
  return 2;
}

}  // namespace faultrig::live

int main(int argument_count, char** arguments) {
  const std::string flag = "--role=";
  if (argument_count > 1 && std::string(arguments[1]).rfind(flag, 0) == 0) {
    const std::vector<std::string> rest(arguments + 2, arguments + argument_count);
    return faultrig::live::run_role(std::string(arguments[1]).substr(flag.size()), rest);
  }
  testing::InitGoogleTest(&argument_count, arguments);
  return RUN_ALL_TESTS();
}
