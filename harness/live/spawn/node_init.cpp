#include "harness/live/spawn/node_init.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "harness/errors.hpp"
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

void restore_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The child's half; an errno goes into `failure` when the program cannot be executed.
[[noreturn]] void execute(const NodeProgram& program, int failure) {
  restore_signals();
  ::setsid();
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(nothing.get(), 0);
  ::dup2(program.log, 1);
  ::dup2(program.log, 2);
  if (::chdir(program.folder.c_str()) == 0) {
    for (const std::string& entry : program.environment) {
      const std::size_t equals = entry.find('=');
      ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
    }
    std::vector<char*> arguments;
    for (const std::string& argument : program.command)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
  }
  const int error = errno;
  (void)!::write(failure, &error, sizeof error);
  ::_exit(127);
}

// Returns when exec has happened: the pipe closes on it.
pid_t run_program(const NodeProgram& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  Descriptor failure_in(ends[0]);
  Descriptor failure_out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw EnvironmentError("cannot fork", program.command[0], errno);
  if (child == 0) execute(program, failure_out.get());
  failure_out.reset();
  int error = 0;
  if (::read(failure_in.get(), &error, sizeof error) == sizeof error)
    throw EnvironmentError("cannot execute", program.command[0], error);
  return child;
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

// False when the server is gone.
bool answer(int control, int proc) {
  const std::optional<WireMessage> request = receive_message(control);
  if (!request) return false;
  WireMessage reply;
  if (request->kind == MessageKind::pause)
    reply.number = signal_all(proc, SIGSTOP);
  else if (request->kind == MessageKind::resume)
    reply.number = signal_all(proc, SIGCONT);
  else
    reply.number = count_processes(proc).alive;
  send_message(control, reply);
  return true;
}

[[noreturn]] void serve(pid_t program, int control, int children, int proc) {
  while (true) {
    pollfd sources[] = {{control, POLLIN, 0}, {children, POLLIN, 0}};
    if (::poll(sources, 2, -1) < 0) continue;
    if (sources[1].revents != 0) {
      signalfd_siginfo ignored;
      (void)!::read(children, &ignored, sizeof ignored);
      int status = 0;
      for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (ended != program) continue;
        WireMessage message;
        message.kind = MessageKind::ended;
        message.number = status;
        send_message(control, message);
        ::_exit(0);
      }
    }
    if (sources[0].revents != 0 && !answer(control, proc)) ::_exit(1);
  }
}

}  // namespace

void run_node_init(const NodeProgram& program, int control, int server) {
  die_with_parent(server);
  ::prctl(PR_SET_NAME, ("init " + program.name).c_str());
  ::setsid();
  try {
    if (program.network >= 0 && ::setns(program.network, CLONE_NEWNET) != 0)
      throw EnvironmentError("cannot enter", "its network namespace", errno);
    set_up_node_view(program);
    // Kept open: what the program mounts over /proc must not blind us.
    const Descriptor proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    const Descriptor child_events(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!proc.is_open() || !child_events.is_open())
      throw EnvironmentError("cannot open", "/proc or a signal descriptor", errno);
    const pid_t child = run_program(program);
    ::close(program.log);
    ::close(program.network);
    send_message(control, WireMessage{});
    serve(child, control, child_events.get(), proc.get());
  } catch (const EnvironmentError& error) {
    try {
      refuse(control, error);
    } catch (const EnvironmentError&) {  // the server is gone: there is nobody to tell
    }
  }
  ::_exit(1);
}

}  // namespace faultrig::live
