// The ssh backend against sshd in network namespaces of this machine: logging in, getting an agent
// onto a host, and one command to it. Needs root and openssh-server.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/spawn/launcher.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/live/ssh/remote_agent.hpp"
#include "harness/live/ssh/session.hpp"
#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void measure(const std::string& what, int times, const char* aim,
             const std::function<void()>& step) {
  std::vector<double> milliseconds;
  for (int i = 0; i < times; ++i) {
    const auto start = Clock::now();
    step();
    milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<std::size_t>(share * static_cast<double>(times - 1))];
  };
  fmt::print("{:<44} p50 {:8.3f} ms  p99 {:8.3f} ms  of {:5}  (aim {})\n", what, at(0.5), at(0.99),
             times, aim);
}

SshHost host_of(SshHosts& hosts, int number) {
  SshHost host;
  host.address = hosts.address(number);
  host.user = "root";
  host.key = hosts.key();
  host.known_hosts = hosts.known_hosts();
  return host;
}

std::unique_ptr<RemoteAgent> agent_on(SshHosts& hosts, int number, int attempt) {
  AgentTask task;
  task.node = fmt::format("n{}", number + 1);
  task.host = host_of(hosts, number);
  const std::string name = fmt::format("{:08x}", attempt);
  task.folder = "/var/tmp/faultrig-" + name;
  task.table = "faultrig_" + name;
  task.agent = FAULTRIG_BINARY_DIR "/bin/faultrig_agent";
  return std::make_unique<RemoteAgent>(task);
}

void measure_all() {
  SshHosts hosts(5);
  hosts.on_control([&] {
    measure("connect and authenticate", 50, "100 ms", [&] {
      SshSession session(host_of(hosts, 0), "a host");
      session.log_in(10s);
    });
    int attempt = 0;
    measure("5 hosts: log in, upload, agent answers, end", 10, "-", [&] {
      std::vector<std::unique_ptr<RemoteAgent>> agents;
      for (int number = 0; number < 5; ++number)
        agents.push_back(agent_on(hosts, number, ++attempt));
      for (const auto& agent : agents) agent->wait_until_up();
      for (const auto& agent : agents) agent->begin_end();
    });
    const auto agent = agent_on(hosts, 0, ++attempt);
    agent->wait_until_up();
    const std::string peer = "n2=" + hosts.address(1);
    agent->ask({AgentVerb::set_up, 1, 0, {"n1", "7000", pack({peer}), "", ""}});
    measure("agent round trip", 2'000, "2 ms", [&] { agent->ask({AgentVerb::clock_offset}); });
    measure("cut a link and heal it", 200, "-", [&] {
      agent->ask({AgentVerb::link, 1, 0, {"from", "n2"}});
      agent->ask({AgentVerb::link, 0, 0, {"from", "n2"}});
    });
  });
}

}  // namespace
}  // namespace faultrig::live

int main() {
  using namespace faultrig::live;
  if (const std::string missing = missing_for_ssh(); !missing.empty()) {
    fmt::print("not measured, it needs {}\n", missing);
    return 0;
  }
  return run_in_sandbox([] {
    measure_all();
    return 0;
  });
}
