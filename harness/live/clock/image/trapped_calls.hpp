// The calls that trap_filter.hpp traps, made so that they end by the node's clock. x86-64 only.
//
// The handler of SIGSYS makes no wait: the program goes on in a routine of ours on its own stack,
// as if it had called that in place of the kernel, so that signals, cancellation and unwinding are
// what they are in any function. A wait is made in slices, and the clock looked at in between; the
// call is the kernel's each time, and so is its result. A signal in the microsecond between two
// slices interrupts nothing. The time of a timer is converted when it is set. Masks are kept free
// of SIGSYS, since who blocks it is ended by it. Nothing that the program names is touched before
// the kernel has said that it may be (is_readable).
#pragma once

// This order: each needs the one before.
// clang-format off
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
// clang-format on
#include <linux/errno.h>
#include <linux/futex.h>

#include "harness/live/clock/image/kernel.hpp"

namespace {

using faultrig::live::KernelAction;

constexpr std::int64_t longest_slice = second / 10;
constexpr std::uint64_t own_signal = 1ull << (SIGSYS - 1);
constexpr long mask_size = sizeof(std::uint64_t);

// What a program asked of the kernel; laid out as faultrig_go_on stores it.
struct Call {
  long number;
  long arguments[6];
  long make() const {
    return system_call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                       arguments[5]);
  }
};

// Whether the kernel could read it: asked by a call that would fail at the next step anyway, as no
// futex is at address 1. In blocks that lie in one page each.
bool is_readable(long address, unsigned long size) {
  constexpr unsigned long block = sizeof(timespec);
  const auto start = static_cast<unsigned long>(address);
  for (unsigned long at = start & ~(block - 1); at < start + size; at += block)
    if (system_call(SYS_futex, 1, FUTEX_WAIT_BITSET, 0, static_cast<long>(at), 0, -1) == -EFAULT)
      return false;
  return true;
}

bool is_valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < second;
}

// No later than in 2160, for arithmetic's sake.
std::int64_t bounded_time(const timespec& time) {
  constexpr std::int64_t latest = 6 * second;
  return time.tv_sec >= latest ? latest * second : in_nanoseconds(time);
}

std::int64_t true_time(long clock) {
  timespec time{};
  system_call(SYS_clock_gettime, clock, as_long(&time), 0);
  return in_nanoseconds(time);
}

// An argument put in the place of the program's for a while: its registers are restored from there.
class Argument {
 public:
  Argument(Call& call, int place) : place_(call.arguments[place]), given_(place_) {}
  ~Argument() { place_ = given_; }
  long given() const { return given_; }
  template <typename Type>
  const Type& as() const {
    return *at<const Type*>(static_cast<std::uint64_t>(given_));
  }
  void replace(const volatile void* with) { place_ = as_long(with); }

 private:
  long& place_;
  const long given_;
};

__attribute__((noinline)) long wait_in_slices(Call& call, int place, long clock) {
  Argument argument(call, place);
  if (!is_readable(argument.given(), sizeof(timespec))) return call.make();
  timespec end = argument.as<timespec>();
  if (!is_valid(end)) return call.make();
  const std::int64_t deadline = bounded_time(end);
  argument.replace(&end);
  while (true) {
    // The setting is read first: a time from before it was made would be pushed by it too.
    const faultrig::WallClock lie = clock_page.read();
    const std::int64_t now = true_time(clock);
    const bool is_due = lie.at(now) >= deadline;
    // Also when it is due it is the kernel that says so: there may be something to be had at once.
    end = is_due ? timespec{0, 1} : in_seconds(lie.look_again(deadline, now, longest_slice));
    const long result = call.make();
    const bool slept = result == (call.number == SYS_clock_nanosleep ? 0 : -ETIMEDOUT);
    if (is_due || !slept) return result;
  }
}

// Waits with a mask of their own: a handler that runs meanwhile may make a trapped call.
__attribute__((noinline)) long wait_with_mask(Call& call, int place) {
  Argument argument(call, place);
  if (!is_readable(argument.given(), sizeof(std::uint64_t))) return call.make();
  const std::uint64_t mask = argument.as<std::uint64_t>() & ~own_signal;
  argument.replace(&mask);
  return call.make();
}

// The same where the argument points to a pointer to the mask, and its size.
__attribute__((noinline)) long wait_with_mask_and_size(Call& call, int place) {
  struct MaskAndSize {
    long mask, size;
  };
  Argument argument(call, place);
  if (!is_readable(argument.given(), sizeof(MaskAndSize))) return call.make();
  MaskAndSize both = argument.as<MaskAndSize>();
  if (both.mask == 0 || !is_readable(both.mask, sizeof(std::uint64_t))) return call.make();
  const std::uint64_t mask =
      *at<const std::uint64_t*>(static_cast<std::uint64_t>(both.mask)) & ~own_signal;
  both.mask = as_long(&mask);
  argument.replace(&both);
  return call.make();
}

// timer_settime and timerfd_settime. Which clock a timer is on is not ours to know: it is set far
// ahead first, and what is left then tells what its clock reads.
long set_timer(const Call& call) {
  struct Setting {
    timespec interval, value;
  };
  const long given = call.arguments[2];
  if (!is_readable(given, sizeof(Setting))) return call.make();
  Setting setting = *at<const Setting*>(static_cast<std::uint64_t>(given));
  const bool disarms = setting.value.tv_sec == 0 && setting.value.tv_nsec == 0;
  if (disarms || !is_valid(setting.value) || !is_valid(setting.interval)) return call.make();

  constexpr std::int64_t ten_years = 315'360'000 * second, minute = 60 * second;
  const faultrig::WallClock lie = clock_page.read();
  const std::int64_t now = true_time(CLOCK_REALTIME);
  const Setting far{{0, 0}, in_seconds(now + ten_years)};
  Call probe = call;
  probe.arguments[2] = as_long(&far);
  if (const long result = probe.make(); result != 0) return result;
  Setting left{};
  const long get = call.number == SYS_timer_settime ? SYS_timer_gettime : SYS_timerfd_gettime;
  system_call(get, call.arguments[0], as_long(&left), 0);
  const std::int64_t shows = now + ten_years - in_nanoseconds(left.value);
  if (shows > now - minute && shows < now + minute) {
    const std::int64_t due = lie.when(bounded_time(setting.value), shows);
    setting.value = in_seconds(due > 1 ? due : 1);  // nothing would disarm it
  }
  return system_call(call.number, call.arguments[0], call.arguments[1], as_long(&setting), 0);
}

long change_mask(const Call& call, std::uint64_t& current) {
  const long how = call.arguments[0], given = call.arguments[1], old = call.arguments[2];
  if (call.arguments[3] != mask_size) return -EINVAL;
  if (!is_readable(given, sizeof current)) return -EFAULT;
  const std::uint64_t mask =
      *at<const std::uint64_t*>(static_cast<std::uint64_t>(given)) & ~own_signal;
  const std::uint64_t before = current;
  if (old != 0) {
    const long result = system_call(SYS_rt_sigprocmask, SIG_BLOCK, 0, old, mask_size);
    if (result != 0) return result;
    *at<std::uint64_t*>(static_cast<std::uint64_t>(old)) = before;
  }
  current = how == SIG_BLOCK ? before | mask : mask;
  return 0;
}

// SIGSYS stays ours: who sets it is told that it was done, and who asks that it is as it was at
// first.
long change_action(const Call& call) {
  const long signal = call.arguments[0], given = call.arguments[1], old = call.arguments[2];
  if (call.arguments[3] != mask_size) return -EINVAL;
  if (given != 0 && !is_readable(given, sizeof(KernelAction))) return -EFAULT;
  if (static_cast<int>(signal) == SIGSYS) {
    if (old == 0) return 0;
    const long result = system_call(SYS_rt_sigaction, SIGCHLD, 0, old, mask_size);
    if (result == 0) *at<KernelAction*>(static_cast<std::uint64_t>(old)) = {};
    return result;
  }
  KernelAction action = *at<const KernelAction*>(static_cast<std::uint64_t>(given));
  action.mask &= ~own_signal;
  return system_call(SYS_rt_sigaction, signal, as_long(&action), old, mask_size);
}

// What SIGSYS does to who has no handler: it comes again when this one returns.
void end_by_signal() {
  const KernelAction standard{0, SA_RESTORER, 0, 0};
  system_call(SYS_rt_sigaction, SIGSYS, as_long(&standard), 0, mask_size);
  const long process = system_call(SYS_getpid, 0, 0, 0);
  system_call(SYS_tgkill, process, system_call(SYS_gettid, 0, 0, 0), SIGSYS);
}

}  // namespace

extern "C" {

// The waits, called by faultrig_go_on. On a small part of a stack: that of one of Go's routines has
// some hundred bytes left there.
__attribute__((visibility("hidden"), used)) long faultrig_wait(Call* call) {
  switch (call->number) {
    case SYS_clock_nanosleep:
      return wait_in_slices(*call, 2, call->arguments[0]);
    case SYS_futex:
    case 449:  // futex_waitv
      return wait_in_slices(*call, 3, CLOCK_REALTIME);
    case 455:  // futex_wait
    case SYS_mq_timedsend:
    case SYS_mq_timedreceive:
      return wait_in_slices(*call, 4, CLOCK_REALTIME);
    case SYS_rt_sigsuspend:
      return wait_with_mask(*call, 0);
    case SYS_ppoll:
      return wait_with_mask(*call, 3);
    case SYS_epoll_pwait:
    case 441:  // epoll_pwait2
      return wait_with_mask(*call, 4);
    default:  // pselect6, io_pgetevents
      return wait_with_mask_and_size(*call, 5);
  }
}

// The program goes on here in place of its call, with all registers as they were, but 136 bytes
// further down its stack: the red zone, and where it is to go on afterwards. Like a system call it
// changes rax, rcx and r11 and nothing else. The unwinder is told of each step.
__attribute__((visibility("hidden"))) void faultrig_go_on();
__asm__(R"(
  .pushsection .text
  .type faultrig_go_on, @function
faultrig_go_on:
  .cfi_startproc
  .cfi_def_cfa %rsp, 136
  .cfi_offset %rip, -136
  push %rbp
  .cfi_adjust_cfa_offset 8
  .cfi_offset %rbp, -144
  mov %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushfq
  push %r9
  push %r8
  push %r10
  push %rdx
  push %rsi
  push %rdi
  push %rax
  mov %rsp, %rdi
  and $-16, %rsp
  call faultrig_wait
  lea -56(%rbp), %rsp
  pop %rdi
  pop %rsi
  pop %rdx
  pop %r10
  pop %r8
  pop %r9
  popfq
  pop %rbp
  .cfi_def_cfa %rsp, 136
  .cfi_restore %rbp
  mov (%rsp), %rcx
  .cfi_register %rip, %rcx
  lea 136(%rsp), %rsp
  .cfi_def_cfa_offset 0
  jmp *%rcx
  .cfi_endproc
  .size faultrig_go_on, . - faultrig_go_on
  .globl faultrig_return
  .type faultrig_return, @function
  nop
faultrig_return:
  mov $15, %rax
  syscall
  .size faultrig_return, . - faultrig_return
  .popsection
)");

// The handler of SIGSYS. It runs with all signals blocked, on the signal stack where there is one:
// the stacks of Go's routines have no room for a signal.
FAULTRIG_EXPORT void faultrig_on_trap(int, const siginfo_t* why, ucontext* context) {
  constexpr int by_filter = 1;  // SYS_SECCOMP
  if (why->si_code != by_filter) return end_by_signal();
  sigcontext& registers = context->uc_mcontext;
  const auto in = [](std::uint64_t value) { return static_cast<long>(value); };
  const Call call{in(registers.rax),
                  {in(registers.rdi), in(registers.rsi), in(registers.rdx), in(registers.r10),
                   in(registers.r8), in(registers.r9)}};
  switch (call.number) {
    case SYS_rt_sigprocmask:
      registers.rax = static_cast<std::uint64_t>(change_mask(call, context->uc_sigmask));
      return;
    case SYS_rt_sigaction:
      registers.rax = static_cast<std::uint64_t>(change_action(call));
      return;
    case SYS_timer_settime:
    case SYS_timerfd_settime:
      registers.rax = static_cast<std::uint64_t>(set_timer(call));
      return;
    case SYS_clock_nanosleep:
    case SYS_futex:
    case 449:
    case 455:
    case SYS_mq_timedsend:
    case SYS_mq_timedreceive:
    case SYS_rt_sigsuspend:
    case SYS_ppoll:
    case SYS_epoll_pwait:
    case 441:
    case SYS_pselect6:
    case SYS_io_pgetevents:
      registers.rsp -= 136;
      *at<std::uint64_t*>(registers.rsp) = registers.rip;
      registers.rip = reinterpret_cast<std::uint64_t>(&faultrig_go_on);
      return;
    default:
      return end_by_signal();
  }
}

}  // extern "C"
