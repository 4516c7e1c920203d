#include "harness/live/probes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/live/spawn/server.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/probes.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t enough_bytes = std::uintmax_t{1} << 30;

// A node init and a program in namespaces of their own, /proc mounted.
std::string probe_spawn_server() {
  SpawnServer server;
  const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  NodeProgram program;
  program.name = "probe";
  program.command = {"/bin/sh", "-c", "exec sleep 1000"};
  program.folder = "/";
  program.log = nothing.get();
  server.start(program);
  return server.kill("probe") == 1 ? "" : "the program was not seen in its PID namespace";
}

// What a shell command of a node says; `give` may change how the node is set up.
std::string said_in_node(const std::string& command,
                         const std::function<void(NodeProgram&)>& give) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  const Descriptor input(ends[0]);
  Descriptor output(ends[1]);
  SpawnServer server;
  NodeProgram program;
  program.name = "probe";
  program.command = {"/bin/sh", "-c", command};
  program.folder = "/";
  program.log = output.get();
  give(program);
  server.start(program);
  output.reset();
  std::string said;
  char chunk[256];
  for (ssize_t size; (size = ::read(input.get(), chunk, sizeof chunk)) > 0;)
    said.append(chunk, static_cast<std::size_t>(size));
  return said;
}

constexpr std::int64_t one_day = 86'400;

std::string probe_clock() {
  NodeClock clock("probe");
  clock.set({std::chrono::seconds(one_day)});
  const std::int64_t before = std::time(nullptr);
  const std::string said =
      said_in_node("date +%s", [&](NodeProgram& program) { program.clock = clock.descriptor(); });
  if (clock.counts().not_followed > 0) return clock.counts().why_not;
  const std::int64_t shown = std::atoll(said.c_str());
  return shown >= before + one_day ? "" : "a program did not see its clock a day ahead";
}

std::string probe_boot_time() {
  constexpr std::int64_t long_ago = 1'000 * one_day;
  const std::string said = said_in_node("cat /proc/uptime", [&](NodeProgram& program) {
    program.since_boot = std::chrono::seconds(long_ago);
  });
  return std::atoll(said.c_str()) >= long_ago ? "" : "the kernel has no time namespaces";
}

std::string probe_retransmission_bound() {
  std::string why;
  NetworkNamespace::create("probe").inside([&] {
    const Descriptor file(::open("/proc/sys/net/ipv4/tcp_rto_max_ms", O_WRONLY | O_CLOEXEC));
    if (!file.is_open() || ::write(file.get(), "1000", 4) != 4) why = std::strerror(errno);
  });
  return why;
}

// What is tried inside the sandbox, in this order.
struct Inner {
  Probe probe;
  std::function<std::string()> attempt;
};

std::vector<Inner> inner_probes() {
  const auto entry = [](std::string name, std::string remedy, std::string lost, bool is_required,
                        std::function<std::string()> attempt) {
    return Inner{{std::move(name), false, "", std::move(remedy), std::move(lost), is_required},
                 std::move(attempt)};
  };
  return {
      entry("node processes", "", "starting, killing and pausing nodes", true, probe_spawn_server),
      entry("network namespaces", "", "networks of their own for the nodes", true,
            probe_network_namespace),
      entry("tun devices", "sudo modprobe tun && sudo chmod 0666 /dev/net/tun",
            "the faster network; veth devices with packet sockets take its place", false,
            probe_tun),
      entry("veth devices and packet sockets", "sudo modprobe veth af_packet",
            "the network where there are no tun devices", false, probe_packet_ports),
      entry("clocks of their own", "sudo sysctl -w kernel.yama.ptrace_scope=1",
            "faults of clocks: jump, drift, strobe, freeze", false, probe_clock),
      entry(
          "time namespaces", "",
          "nodes that have been up for different times (needs Linux 5.6); a program that compares "
          "the monotonic clocks of two nodes is not found out",
          false, probe_boot_time),
      entry("tcp_rto_max_ms", "",
            "quick recovery of TCP after a partition (needs Linux 6.15); the first answer after "
            "healing may take several seconds longer",
            false, probe_retransmission_bound),
  };
}

std::string attempt_text(const Inner& inner) {
  try {
    return inner.attempt();
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Writes one line for each probe, in order: why it failed, or nothing.
int run_inner(const std::vector<Inner>& probes, int output) {
  for (const Inner& inner : probes) {
    std::string line = attempt_text(inner);
    for (char& c : line)
      if (c == '\n') c = ' ';
    line += '\n';
    if (::write(output, line.data(), line.size()) < 0) return 1;
  }
  return 0;
}

std::vector<std::string> read_lines(int input) {
  std::string text;
  char chunk[4096];
  for (ssize_t size; (size = ::read(input, chunk, sizeof chunk)) > 0;)
    text.append(chunk, static_cast<std::size_t>(size));
  std::vector<std::string> lines;
  for (std::size_t start = 0, end; (end = text.find('\n', start)) != std::string::npos;
       start = end + 1)
    lines.push_back(text.substr(start, end - start));
  return lines;
}

void probe_sandbox(std::vector<Probe>& probes) {
  Probe sandbox;
  sandbox.name = "user, PID, mount and network namespaces";
  sandbox.lost = "live runs; histories can still be checked";
  const std::vector<Inner> inner = inner_probes();
  std::vector<std::string> lines;
  try {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
    const Descriptor input(ends[0]);
    Descriptor output(ends[1]);
    run_in_sandbox([&] { return run_inner(inner, output.get()); });
    output.reset();
    lines = read_lines(input.get());
    sandbox.ok = true;
  } catch (const EnvironmentError& error) {
    sandbox.why = fmt::format("{} {}: {}", error.action, error.object, std::strerror(error.error));
    sandbox.remedy = error.hint;
  }
  const bool tried = sandbox.ok;
  probes.push_back(std::move(sandbox));
  for (std::size_t i = 0; i < inner.size(); ++i) {
    Probe probe = inner[i].probe;
    probe.why = i < lines.size() ? lines[i] : tried ? "the probe died" : "needs the namespaces";
    probe.ok = i < lines.size() && lines[i].empty();
    probes.push_back(std::move(probe));
  }
}

// The nearest folder that exists.
fs::path existing_part(fs::path path) {
  while (!path.empty() && !fs::exists(path) && path != path.parent_path())
    path = path.parent_path();
  return path;
}

Probe probe_runs_folder(const fs::path& runs) {
  const fs::path folder = existing_part(fs::absolute(runs));
  Probe probe;
  probe.name = fmt::format("runs folder {}", runs.string());
  probe.lost = "runs: they must be written somewhere";
  std::string pattern = (folder / "faultrig-probe-XXXXXX").string();
  const Descriptor file(::mkstemp(pattern.data()));
  if (!file.is_open()) {
    probe.why = fmt::format("cannot write in {}: {}", folder.string(), std::strerror(errno));
    probe.remedy =
        fmt::format("choose another with --runs, or sudo chown $USER {}", folder.string());
    return probe;
  }
  ::unlink(pattern.c_str());
  struct statvfs space {};
  ::fstatvfs(file.get(), &space);
  const std::uintmax_t bytes = std::uintmax_t{space.f_bavail} * space.f_frsize;
  probe.why = fmt::format("{} MiB free", bytes >> 20);
  probe.ok = bytes >= enough_bytes;
  if (!probe.ok) {
    probe.remedy = fmt::format("free {} MiB, or choose another folder with --runs",
                               (enough_bytes - bytes) >> 20);
    probe.lost = "long runs: logs and histories may fill the disk";
    probe.is_required = false;
  }
  return probe;
}

// The program that is sent to hosts; it must run here, or it will hardly run there.
Probe probe_agent() {
  std::error_code unknown;
  const std::string agent =
      (fs::read_symlink("/proc/self/exe", unknown).parent_path() / "faultrig_agent").string();
  Probe probe;
  probe.name = "agent for hosts that are reached by ssh";
  probe.lost = "--backend ssh, but with hosts that have an agent installed";
  probe.is_required = false;
  const pid_t child = ::fork();
  if (child == 0) {
    const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int number : {1, 2}) ::dup2(nothing.get(), number);
    ::execl(agent.c_str(), agent.c_str(), "--version", nullptr);
    ::_exit(127);
  }
  int status = 0;
  probe.ok = child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
  if (probe.ok) return probe;
  probe.why = fmt::format("{} does not run", agent);
  probe.remedy = "build it with `./dev build faultrig_agent`, or install it beside faultrig";
  return probe;
}

}  // namespace

std::vector<Probe> probe_machine(const fs::path& runs) {
  std::vector<Probe> probes;
  probe_sandbox(probes);
  probes.push_back(probe_agent());
  probes.push_back(probe_runs_folder(runs));
  return probes;
}

}  // namespace faultrig::live
