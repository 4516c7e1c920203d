#include "harness/live/clock/tracee.hpp"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace faultrig::live {

#if defined(__x86_64__)

namespace {

constexpr std::uint64_t instruction_size = 2;             // of a system call
constexpr std::size_t mask_size = sizeof(std::uint64_t);  // as the kernel has it

// What the kernel leaves in the result of a call that it will make once more.
bool is_to_restart(std::int64_t result) {
  constexpr std::int64_t restart_system = -512, restart_no_interrupt = -513,
                         restart_no_handler = -514;
  return result == restart_system || result == restart_no_interrupt || result == restart_no_handler;
}

long trace(int request, pid_t thread, std::uint64_t address, const void* data) {
  return ::ptrace(static_cast<__ptrace_request>(request), thread, address, data);
}

const void* as_data(std::uint64_t value) { return reinterpret_cast<const void*>(value); }

}  // namespace

Tracee::Tracee(pid_t thread, pid_t process, Ended ended)
    : thread_(thread), process_(process), ended_(std::move(ended)) {
  constexpr std::uint64_t options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
  if (trace(PTRACE_SEIZE, thread, 0, as_data(options)) != 0) error_ = errno;
}

std::string Tracee::why_not() const {
  return error_ == EPERM ? "it is traced by another, or may not be traced" : std::strerror(error_);
}

// The next news of this thread; others that ended are passed on. A thread that executes a program
// takes over the number of its process.
int Tracee::wait() {
  while (true) {
    int status = 0;
    const pid_t who = ::waitpid(-1, &status, __WALL);
    if (who < 0 && errno == EINTR) continue;
    if (who < 0) throw TraceeGone();
    const bool is_over = WIFEXITED(status) || WIFSIGNALED(status);
    if (is_over) ended_(who, status);
    const bool is_it = who == thread_ || who == process_;
    if (is_it && is_over) throw TraceeGone();
    if (is_it && WIFSTOPPED(status)) {
      thread_ = who;
      return status;
    }
  }
}

int Tracee::run_to_stop(int request, int signal) {
  // It was killed while it was held: its end is the next news.
  if (trace(request, thread_, 0, as_data(static_cast<std::uint64_t>(signal))) != 0 &&
      errno != ESRCH)
    throw TraceeGone();
  return wait();
}

void Tracee::interrupt() { trace(PTRACE_INTERRUPT, thread_, 0, nullptr); }

bool Tracee::hold() {
  bool has_executed = false;
  int status = wait();
  while (status >> 16 != PTRACE_EVENT_STOP) {
    const bool is_exec = status >> 16 == PTRACE_EVENT_EXEC;
    has_executed = has_executed || is_exec;
    interrupt();  // any other stop cancels it
    status = run_to_stop(PTRACE_CONT, is_exec ? 0 : WSTOPSIG(status));
  }
  const std::uint64_t all = ~std::uint64_t{0};
  if (trace(PTRACE_GETREGS, thread_, 0, &saved_) != 0 ||
      trace(PTRACE_GETSIGMASK, thread_, mask_size, &saved_mask_) != 0 ||
      trace(PTRACE_SETSIGMASK, thread_, mask_size, &all) != 0) {
    run_to_stop(PTRACE_CONT, 0);
    throw TraceeGone();
  }
  return has_executed;
}

void Tracee::run_to_system_call_stop() {
  while (true) {
    const int status = run_to_stop(PTRACE_SYSCALL, 0);
    if (WSTOPSIG(status) == (SIGTRAP | 0x80)) return;
    // A stop of the whole process comes back by itself when it is let go.
    if (status >> 16 == 0) held_back_.push_back(WSTOPSIG(status));
  }
}

std::int64_t Tracee::call(std::uint64_t instruction, std::int64_t number,
                          const std::vector<std::uint64_t>& arguments) {
  user_regs_struct registers = saved_;
  registers.rip = instruction;
  registers.rax = static_cast<std::uint64_t>(number);
  registers.orig_rax = ~0ull;  // nothing to restart
  unsigned long long* const places[] = {&registers.rdi, &registers.rsi, &registers.rdx,
                                        &registers.r10, &registers.r8,  &registers.r9};
  for (std::size_t i = 0; i < arguments.size() && i < 6; ++i) *places[i] = arguments[i];
  if (trace(PTRACE_SETREGS, thread_, 0, &registers) != 0) wait();
  run_to_system_call_stop();  // before it
  run_to_system_call_stop();  // and after
  if (trace(PTRACE_GETREGS, thread_, 0, &registers) != 0) wait();
  return static_cast<std::int64_t>(registers.rax);
}

bool Tracee::read(std::uint64_t address, void* target, std::size_t size) {
  iovec here{target, size};
  iovec there{reinterpret_cast<void*>(address), size};
  return ::process_vm_readv(thread_, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

bool Tracee::is_64_bit() const {
  constexpr std::uint64_t code_segment = 0x33;  // of 64-bit programs, the same on every Linux
  return saved_.cs == code_segment;
}

std::uint64_t Tracee::stack() const { return saved_.rsp; }

std::uint64_t Tracee::call_instruction() const { return saved_.rip - instruction_size; }

bool Tracee::write_word(std::uint64_t address, std::uint64_t value) {
  return trace(PTRACE_POKEDATA, thread_, address, as_data(value)) == 0;
}

void Tracee::let_go() {
  user_regs_struct registers = saved_;
  if (static_cast<std::int64_t>(registers.orig_rax) >= 0 &&
      is_to_restart(static_cast<std::int64_t>(registers.rax))) {
    registers.rax = registers.orig_rax;
    registers.rip -= instruction_size;
  }
  registers.orig_rax = ~0ull;
  trace(PTRACE_SETREGS, thread_, 0, &registers);
  trace(PTRACE_SETSIGMASK, thread_, mask_size, &saved_mask_);
  trace(PTRACE_DETACH, thread_, 0, nullptr);
  for (const int signal : held_back_) ::syscall(SYS_tgkill, process_, thread_, signal);
}

#else

Tracee::Tracee(pid_t thread, pid_t process, Ended ended)
    : thread_(thread), process_(process), ended_(std::move(ended)), error_(ENOSYS) {}
std::string Tracee::why_not() const { return std::strerror(error_); }
void Tracee::interrupt() {}
bool Tracee::hold() { throw TraceeGone(); }
std::int64_t Tracee::call(std::uint64_t, std::int64_t, const std::vector<std::uint64_t>&) {
  throw TraceeGone();
}
bool Tracee::read(std::uint64_t, void*, std::size_t) { return false; }
bool Tracee::is_64_bit() const { return true; }
std::uint64_t Tracee::stack() const { return 0; }
std::uint64_t Tracee::call_instruction() const { return 0; }
bool Tracee::write_word(std::uint64_t, std::uint64_t) { return false; }
void Tracee::let_go() {}

#endif

}  // namespace faultrig::live
