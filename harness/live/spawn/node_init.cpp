#include "harness/live/spawn/node_init.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "harness/errors.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/spawn/child_program.hpp"
#include "harness/live/spawn/node_view.hpp"
#include "harness/live/spawn/process_list.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

// Should a process not follow, we report what we saw by then.
constexpr auto longest_confirmation = std::chrono::seconds(2);

void refuse(int control, const EnvironmentError& error) {
  WireMessage message;
  message.kind = MessageKind::refused;
  message.error = error.error;
  message.texts = {error.action, error.object};
  send_message(control, message);
}

// In the child, before its program is executed.
bool enter(const NodeProgram& program) {
  ::setsid();
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(nothing.get(), 0);
  ::dup2(program.log, 1);
  ::dup2(program.log, 2);
  if (::chdir(program.folder.c_str()) != 0) return false;
  for (const std::string& entry : program.environment) {
    const std::size_t equals = entry.find('=');
    ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
  return true;
}

// Kept open: what the program mounts over /proc must not blind us.
Descriptor open_proc() {
  Descriptor proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc.is_open()) throw EnvironmentError("cannot open", "/proc", errno);
  return proc;
}

// Sends the signal to everybody but us until all are in the state it leads to; there is no event to
// wait for, as most are not our children. One round is enough but for processes in the kernel.
int signal_all(int proc, int number) {
  const auto deadline = steady_clock::now() + longest_confirmation;
  const bool stop = number == SIGSTOP;
  while (true) {
    ::kill(-1, number);
    const ProcessCounts counts = count_processes(proc);
    const int reached = stop ? counts.held : counts.alive - counts.stopped;
    if (reached == counts.alive || steady_clock::now() > deadline) return reached;
    const timespec pause{0, 100'000};
    ::nanosleep(&pause, nullptr);
  }
}

class NodeInit {
 public:
  explicit NodeInit(int control) : control_(control) {}

  // Returns when exec has happened.
  void run_program(const NodeProgram& program) {
    program_.execute(program.command, {program.clock, program.clock},
                     [&] { return enter(program); });
  }

  [[noreturn]] void serve() {
    while (true) {
      pollfd sources[] = {
          {control_, POLLIN, 0}, {program_.children(), POLLIN, 0}, {program_.execs(), POLLIN, 0}};
      if (::poll(sources, 3, -1) < 0) continue;
      if (sources[2].revents != 0) program_.supervise(sources[2].revents);
      if (sources[1].revents != 0) program_.reap();
      if (program_.ended()) {
        WireMessage message;
        message.kind = MessageKind::ended;
        message.number = *program_.ended();
        send_message(control_, message);
        ::_exit(0);
      }
      if (sources[0].revents != 0 && !answer()) ::_exit(1);
    }
  }

 private:
  // False when the server is gone.
  bool answer() {
    const std::optional<WireMessage> request = receive_message(control_);
    if (!request) return false;
    WireMessage reply;
    if (request->kind == MessageKind::pause)
      reply.number = signal_all(proc_.get(), SIGSTOP);
    else if (request->kind == MessageKind::resume)
      reply.number = signal_all(proc_.get(), SIGCONT);
    else
      reply.number = count_processes(proc_.get()).alive;
    send_message(control_, reply);
    return true;
  }

  int control_;
  Descriptor proc_ = open_proc();
  ChildProgram program_{proc_.get()};
};

}  // namespace

void run_node_init(const NodeProgram& program, int control, int server) {
  die_with_parent(server);
  ::prctl(PR_SET_NAME, ("init " + program.name).c_str());
  ::setsid();
  try {
    if (program.network >= 0 && ::setns(program.network, CLONE_NEWNET) != 0)
      throw EnvironmentError("cannot enter", "its network namespace", errno);
    set_up_node_view(program);
    // Where the kernel has no time namespaces, the node shares the machine's clocks.
    separate_boot_time(program.since_boot);
    NodeInit init(control);
    init.run_program(program);
    for (const int borrowed : {program.log, program.network, program.clock}) ::close(borrowed);
    send_message(control, WireMessage{});
    init.serve();
  } catch (const EnvironmentError& error) {
    try {
      refuse(control, error);
    } catch (const EnvironmentError&) {  // the server is gone: there is nobody to tell
    }
  }
  ::_exit(1);
}

}  // namespace faultrig::live
