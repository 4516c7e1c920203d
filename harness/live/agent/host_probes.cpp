#include "harness/live/agent/host_probes.hpp"

#include <fcntl.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

// In a child: what is separated stays so.
[[noreturn]] void try_boot_time() {
  try {
    ::_exit(separate_boot_time(std::chrono::minutes(1)) ? 0 : errno);
  } catch (const EnvironmentError& error) {
    ::_exit(error.error);
  }
}

}  // namespace

void run_probe_program(SpawnServer& server, int clock) {
  const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  NodeProgram program;
  program.name = "probe";
  program.command = {std::filesystem::read_symlink("/proc/self/exe").string(), "--version"};
  program.folder = "/";
  program.visible = {program.command[0]};
  program.clock = clock;
  program.log = nothing.get();
  server.start(program);
  server.kill(program.name);
}

std::string node_clock_obstacle(SpawnServer& server) {
  if (std::string why = clocks_cannot(); !why.empty()) return why;
  try {
    const NodeClock clock("probe");
    run_probe_program(server, clock.descriptor());
    const FollowCounts counts = clock.counts();
    if (counts.not_followed > 0) return counts.why_not;
    return counts.followed > 0 ? "" : "a program was not given the clock of its node";
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

std::string boot_time_obstacle() {
  const pid_t child = ::fork();
  if (child == 0) try_boot_time();
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return std::strerror(errno);
  if (status == 0) return "";
  return std::string("there are no time namespaces: ") + std::strerror(WEXITSTATUS(status));
}

std::string kernel_clock_obstacle() {
  timex clock{};
  if (::adjtimex(&clock) < 0) return std::strerror(errno);
  clock.modes = ADJ_TICK;
  return ::adjtimex(&clock) < 0 ? std::strerror(errno) : "";
}

}  // namespace faultrig::live
