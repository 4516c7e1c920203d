// The first process of a node's container: [--clock FOLDER] [--trap-waits] [--since-boot SECONDS]
// PROGRAM [ARGUMENT...]. It gives the container a time since boot of its own and then drops the
// rights that took; it starts the program, and has every program of the container follow the clock
// whose files are in that folder (node_clock.hpp), in its waits too if told so. Else what the
// engine's own init does: reaps, hands signals on, ends as the program does, with 128 and its
// number after a signal.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/docker/stock_filter.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/spawn/child_program.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

Descriptor open_file(const fs::path& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.is_open()) throw EnvironmentError("cannot open", path.string(), errno);
  return file;
}

// All that can be handed on; SIGCHLD is for who reaps.
Descriptor take_signals() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int own : {SIGCHLD, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    sigdelset(&signals, own);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  Descriptor descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor.is_open()) throw EnvironmentError("cannot open", "a signal descriptor", errno);
  return descriptor;
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What a container needs for a time of its own and its programs must not have: with these they
// could set the machine's clock. Out of the bounding set, no program can get them back.
void drop_rights() {
  for (const int capability : {CAP_SYS_ADMIN, CAP_SYS_TIME}) {
    const bool is_there = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
    if (is_there && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      throw EnvironmentError("cannot drop", "a right that the program must not have", errno);
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &header, sets) != 0)
    throw EnvironmentError("cannot read", "the rights of the container", errno);
  const unsigned kept = ~(1u << CAP_SYS_ADMIN | 1u << CAP_SYS_TIME);
  for (unsigned* set : {&sets[0].effective, &sets[0].permitted, &sets[0].inheritable}) *set &= kept;
  if (::syscall(SYS_capset, &header, sets) != 0)
    throw EnvironmentError("cannot drop", "rights that the program must not have", errno);
}

struct Task {
  std::optional<fs::path> clock;
  bool trap_waits = false;
  std::chrono::seconds since_boot{};
  std::vector<std::string> command;
};

std::optional<Task> read_arguments(const std::vector<std::string>& arguments) {
  Task task;
  std::size_t at = 0;
  while (at + 1 < arguments.size()) {
    const std::string& name = arguments[at];
    const std::string& value = arguments[at + 1];
    if (name == "--trap-waits") {
      task.trap_waits = true;
      ++at;
      continue;
    }
    if (name == "--clock") {
      task.clock = value;
    } else if (name == "--since-boot") {
      std::int64_t seconds = 0;
      const auto end = value.data() + value.size();
      const auto [rest, error] = std::from_chars(value.data(), end, seconds);
      if (error != std::errc() || rest != end) return std::nullopt;
      task.since_boot = std::chrono::seconds(seconds);
    } else {
      break;
    }
    at += 2;
  }
  task.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  if (task.command.empty()) return std::nullopt;
  return task;
}

void start(ChildProgram& program, const Task& task) {
  const auto prepare = [] { return true; };
  if (!task.clock) return program.execute(task.command, {}, prepare);
  const Descriptor clock = open_file(*task.clock / NodeClock::clock_file, O_RDONLY);
  const Descriptor follow = open_file(*task.clock / NodeClock::follow_file, O_RDWR);
  program.execute(task.command, {clock.get(), follow.get(), task.trap_waits}, prepare);
}

int run(const Task& task) {
  if (!separate_boot_time(task.since_boot)) {
    fmt::print(stderr, "faultrig_init: the node has the machine's time since boot: {}\n",
               std::strerror(errno));
  }
  // Without that right (EACCES) nothing was opened.
  if (task.since_boot.count() != 0 && !install_stock_filter() && errno != EACCES)
    throw EnvironmentError("cannot close", "the calls that came with the rights", errno);
  drop_rights();
  const Descriptor signals = take_signals();
  const Descriptor proc = open_file("/proc", O_RDONLY | O_DIRECTORY);
  ChildProgram program(proc.get());
  start(program, task);
  while (!program.ended()) {
    pollfd sources[] = {
        {signals.get(), POLLIN, 0}, {program.children(), POLLIN, 0}, {program.execs(), POLLIN, 0}};
    if (::poll(sources, 3, -1) < 0) continue;
    if (sources[2].revents != 0) program.supervise(sources[2].revents);
    if (sources[1].revents != 0) program.reap();
    signalfd_siginfo signal;
    if (!program.ended() && ::read(signals.get(), &signal, sizeof signal) == sizeof signal)
      ::kill(program.pid(), static_cast<int>(signal.ssi_signo));
  }
  return exit_code(*program.ended());
}

}  // namespace
}  // namespace faultrig::live

int main(int argc, char** argv) {
  const auto task = faultrig::live::read_arguments({argv + 1, argv + argc});
  if (!task) {
    fmt::print(stderr,
               "usage: faultrig_init [--clock FOLDER] [--trap-waits] [--since-boot SECONDS] "
               "PROGRAM [ARGUMENT...]\n");
    return 126;
  }
  try {
    return faultrig::live::run(*task);
  } catch (const faultrig::EnvironmentError& error) {
    fmt::print(stderr, "faultrig_init: {}\n", error.what());
    return error.error == ENOENT ? 127 : 126;
  }
}
