#include "harness/live/spawn/node_init.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "harness/errors.hpp"
#include "harness/live/clock/exec_filter.hpp"
#include "harness/live/clock/exec_supervisor.hpp"
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

// Hands the listener to the init, or says with an errno why there is none.
void ask_before_exec(int init) {
  WireMessage message;
  ExecFilter filter = install_exec_filter();
  message.error = errno;
  message.number = filter.waits_for_answer ? 1 : 0;
  if (filter.listener.is_open()) message.descriptors.push_back(std::move(filter.listener));
  send_message(init, message);
}

// The child's half; an errno goes into `failure` when the program cannot be executed.
[[noreturn]] void execute(const NodeProgram& program, int failure, int init) {
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
    if (program.clock >= 0) ask_before_exec(init);
    ::execvp(arguments[0], arguments.data());
  }
  const int error = errno;
  (void)!::write(failure, &error, sizeof error);
  ::_exit(127);
}

// Only what is forked from now on is in the new namespace. Where the kernel has none, the node
// shares the machine's clocks.
void separate_boot_time(std::chrono::seconds since_boot) {
  if (since_boot.count() == 0 || ::unshare(CLONE_NEWTIME) != 0) return;
  const std::string text = fmt::format("monotonic {0} 0\nboottime {0} 0\n", since_boot.count());
  const Descriptor file(::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC));
  if (!file.is_open() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw EnvironmentError("cannot set", "the time since boot", errno);
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
  NodeInit(const NodeProgram& program, int control) : program_(program), control_(control) {
    // Kept open: what the program mounts over /proc must not blind us.
    proc_ = Descriptor(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    children_ = Descriptor(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!proc_.is_open() || !children_.is_open())
      throw EnvironmentError("cannot open", "/proc or a signal descriptor", errno);
  }

  // Returns when exec has happened: the pipe closes on it.
  void run_program() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
    Descriptor failure_in(ends[0]);
    Descriptor failure_out(ends[1]);
    auto [ours, theirs] = make_message_pair();
    child_ = ::fork();
    if (child_ < 0) throw EnvironmentError("cannot fork", program_.command[0], errno);
    if (child_ == 0) execute(program_, failure_out.get(), theirs.get());
    failure_out.reset();
    theirs.reset();
    if (program_.clock >= 0) begin_to_supervise(ours.get());
    const int error = await_exec(failure_in.get());
    if (error != 0) throw EnvironmentError("cannot execute", program_.command[0], error);
  }

  [[noreturn]] void serve() {
    while (true) {
      pollfd sources[] = {
          {control_, POLLIN, 0}, {children_.get(), POLLIN, 0}, {listener(), POLLIN, 0}};
      if (::poll(sources, 3, -1) < 0) continue;
      if (sources[2].revents != 0) supervise(sources[2].revents);
      if (sources[1].revents != 0) reap();
      if (ended_) {
        WireMessage message;
        message.kind = MessageKind::ended;
        message.number = *ended_;
        send_message(control_, message);
        ::_exit(0);
      }
      if (sources[0].revents != 0 && !answer()) ::_exit(1);
    }
  }

 private:
  int listener() const { return supervisor_ ? supervisor_->descriptor() : -1; }

  void begin_to_supervise(int child) {
    std::optional<WireMessage> message = receive_message(child);
    if (!message) return;  // it has ended; the pipe tells
    if (message->descriptors.empty()) {
      count_unfollowed(program_.clock, fmt::format("the kernel does not tell of its execs: {}",
                                                   std::strerror(message->error)));
      return;
    }
    ExecFilter filter{std::move(message->descriptors.front()), message->number != 0};
    supervisor_.emplace(std::move(filter), Descriptor(::fcntl(program_.clock, F_DUPFD_CLOEXEC, 3)),
                        proc_.get(), [this](pid_t who, int status) { note_end(who, status); });
  }

  // The errno that came through the pipe; 0 when it closed on exec.
  int await_exec(int failure) {
    while (true) {
      pollfd sources[] = {{failure, POLLIN, 0}, {listener(), POLLIN, 0}};
      if (::poll(sources, 2, -1) < 0) continue;
      if (sources[1].revents != 0) {
        supervise(sources[1].revents);
        continue;  // it may have been the exec that closes the pipe, or one that failed
      }
      int error = 0;
      return ::read(failure, &error, sizeof error) == sizeof error ? error : 0;
    }
  }

  void supervise(short events) {
    if ((events & POLLIN) != 0) {
      supervisor_->serve();
    } else {
      supervisor_.reset();  // nobody is left who could ask
    }
  }

  void note_end(pid_t who, int status) {
    if (who == child_) ended_ = status;
  }

  void reap() {
    signalfd_siginfo ignored;
    (void)!::read(children_.get(), &ignored, sizeof ignored);
    int status = 0;
    for (pid_t who; (who = ::waitpid(-1, &status, WNOHANG)) > 0;) note_end(who, status);
  }

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

  const NodeProgram& program_;
  int control_;
  Descriptor proc_;
  Descriptor children_;
  pid_t child_ = -1;
  std::optional<int> ended_;  // the program's wait status
  std::optional<ExecSupervisor> supervisor_;
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
    separate_boot_time(program.since_boot);
    NodeInit init(program, control);
    init.run_program();
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
