#include "harness/live/spawn/child_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "harness/errors.hpp"
#include "harness/live/clock/exec_filter.hpp"
#include "harness/live/clock/trap_filter.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {
namespace {

void restore_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// What the child tells of its filters.
constexpr std::int32_t waits_for_answer = 1, traps_waits = 2;

// Hands the listener to the init, or says with an errno why there is none, or no trap for waits.
void ask_before_exec(int init, bool trap_waits) {
  WireMessage message;
  ExecFilter filter = install_exec_filter();
  message.error = errno;
  if (filter.waits_for_answer) message.number |= waits_for_answer;
  if (filter.listener.is_open()) {
    if (trap_waits && install_trap_filter()) message.number |= traps_waits;
    message.error = errno;
    message.descriptors.push_back(std::move(filter.listener));
  }
  send_message(init, message);
}

// The child's half; an errno goes into `failure` when the program cannot be executed.
[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::function<bool()>& prepare, int failure, int init,
                         bool trap_waits) {
  restore_signals();
  if (prepare()) {
    std::vector<char*> arguments;
    for (const std::string& argument : command)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    if (init >= 0) ask_before_exec(init, trap_waits);
    ::execvp(arguments[0], arguments.data());
  }
  const int error = errno;
  (void)!::write(failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

ChildProgram::ChildProgram(int proc) : proc_(proc) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &children, nullptr);
  children_ = Descriptor(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!children_.is_open()) throw EnvironmentError("cannot open", "a signal descriptor", errno);
}

void ChildProgram::execute(const std::vector<std::string>& command, const ClockFiles& clock,
                           const std::function<bool()>& prepare) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  Descriptor failure_in(ends[0]);
  Descriptor failure_out(ends[1]);
  auto [ours, theirs] = make_message_pair();
  const bool has_clock = clock.clock >= 0;
  child_ = ::fork();
  if (child_ < 0) throw EnvironmentError("cannot fork", command[0], errno);
  if (child_ == 0)
    become(command, prepare, failure_out.get(), has_clock ? theirs.get() : -1, clock.trap_waits);
  failure_out.reset();
  theirs.reset();
  if (has_clock) begin_to_supervise(ours.get(), clock);
  const int error = await_exec(failure_in.get());
  if (error != 0) throw EnvironmentError("cannot execute", command[0], error);
}

void ChildProgram::begin_to_supervise(int child, const ClockFiles& clock) {
  std::optional<WireMessage> message = receive_message(child);
  if (!message) return;  // it has ended; the pipe tells
  if (message->descriptors.empty()) {
    count_unfollowed(clock, fmt::format("the kernel does not tell of its execs: {}",
                                        std::strerror(message->error)));
    return;
  }
  ClockFiles files = clock;
  files.trap_waits = (message->number & traps_waits) != 0;
  if (clock.trap_waits && !files.trap_waits) {
    count_unfollowed(clock, fmt::format("the kernel does not trap its waits: {}",
                                        std::strerror(message->error)));
  }
  ExecFilter filter{std::move(message->descriptors.front()),
                    (message->number & waits_for_answer) != 0};
  supervisor_.emplace(std::move(filter), files, proc_,
                      [this](pid_t who, int status) { note_end(who, status); });
}

// The errno that came through the pipe; 0 when it closed on exec.
int ChildProgram::await_exec(int failure) {
  while (true) {
    pollfd sources[] = {{failure, POLLIN, 0}, {execs(), POLLIN, 0}};
    if (::poll(sources, 2, -1) < 0) continue;
    if (sources[1].revents != 0) {
      supervise(sources[1].revents);
      continue;  // it may have been the exec that closes the pipe, or one that failed
    }
    int error = 0;
    return ::read(failure, &error, sizeof error) == sizeof error ? error : 0;
  }
}

void ChildProgram::supervise(short events) {
  if ((events & POLLIN) != 0) {
    supervisor_->serve();
  } else {
    supervisor_.reset();  // nobody is left who could ask
  }
}

void ChildProgram::note_end(pid_t who, int status) {
  if (who == child_) ended_ = status;
}

void ChildProgram::reap() {
  signalfd_siginfo ignored;
  (void)!::read(children_.get(), &ignored, sizeof ignored);
  int status = 0;
  for (pid_t who; (who = ::waitpid(-1, &status, WNOHANG)) > 0;) note_end(who, status);
}

}  // namespace faultrig::live
