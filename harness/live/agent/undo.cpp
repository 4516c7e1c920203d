#include "harness/live/agent/undo.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>

#include "harness/errors.hpp"
#include "harness/live/agent/packet_filter.hpp"
#include "harness/live/agent/packet_shaper.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

ClockState& shared_clock_state() {
  void* page = ::mmap(nullptr, sizeof(ClockState), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw EnvironmentError("cannot map", "a shared page", errno);
  return *new (page) ClockState();
}

// The channel must end with the agent, not with us.
void let_go_of_the_channel() {
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int number : {0, 1, 2}) ::dup2(nothing.get(), number);
}

// To the last process: what the agent leaves behind becomes ours (PR_SET_CHILD_SUBREAPER).
int wait_for_all(pid_t agent) {
  int code = 1;
  int status = 0;
  for (pid_t ended; (ended = ::waitpid(-1, &status, 0)) > 0 || errno == EINTR;)
    if (ended == agent) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code;
}

}  // namespace

void undo_everything(const AgentPlace& place, ClockState& clock) {
  HostClock(clock, kernel_clock_calls()).restore();
  PacketFilter::drop_table(place.table);
  PacketShaper::remove(place.table);
  std::error_code ignored;
  if (!place.keep_folder) std::filesystem::remove_all(place.folder, ignored);
}

int run_watched(const AgentPlace& place, int (*serve)(const AgentPlace&, ClockState&)) {
  ClockState& clock = shared_clock_state();
  for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) ::signal(number, SIG_IGN);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t watcher = ::getpid();
  const pid_t agent = ::fork();
  if (agent < 0) throw EnvironmentError("cannot fork", "the agent", errno);
  if (agent == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != watcher) ::_exit(1);
    ::_exit(serve(place, clock));
  }
  let_go_of_the_channel();
  const int code = wait_for_all(agent);
  undo_everything(place, clock);
  return code;
}

}  // namespace faultrig::live
