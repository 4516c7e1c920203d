// The first process of a node's container when clocks are to lie: CLOCK_FOLDER PROGRAM
// [ARGUMENT...]. It starts the program and has every program of the container follow the clock
// whose files are in that folder (node_clock.hpp); else what the engine's own init does: reaps,
// hands signals on, ends as the program does, with 128 and its number after a signal.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
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

int run(const fs::path& folder, const std::vector<std::string>& command) {
  const Descriptor signals = take_signals();
  const Descriptor proc = open_file("/proc", O_RDONLY | O_DIRECTORY);
  ChildProgram program(proc.get());
  {
    const Descriptor clock = open_file(folder / NodeClock::clock_file, O_RDONLY);
    const Descriptor follow = open_file(folder / NodeClock::follow_file, O_RDWR);
    program.execute(command, {clock.get(), follow.get()}, [] { return true; });
  }
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
  if (argc < 3) {
    fmt::print(stderr, "usage: faultrig_init CLOCK_FOLDER PROGRAM [ARGUMENT...]\n");
    return 126;
  }
  try {
    return faultrig::live::run(argv[1], {argv + 2, argv + argc});
  } catch (const faultrig::EnvironmentError& error) {
    fmt::print(stderr, "faultrig_init: {}\n", error.what());
    return error.error == ENOENT ? 127 : 126;
  }
}
