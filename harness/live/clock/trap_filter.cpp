#include "harness/live/clock/trap_filter.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <initializer_list>

#include "harness/live/clock/clock_page.hpp"

namespace faultrig::live {

#if defined(__x86_64__)

namespace {

struct Condition {
  enum class Kind { equal, not_null } kind;
  unsigned argument;
  std::uint32_t mask;   // of its lower half, which is all that an int has
  std::uint32_t value;  // of that under the mask
};

constexpr Condition equal(unsigned argument, std::uint32_t value, std::uint32_t mask = ~0u) {
  return {Condition::Kind::equal, argument, mask, value};
}
constexpr Condition has(unsigned argument, std::uint32_t bit) { return equal(argument, bit, bit); }
// Both halves are looked at.
constexpr Condition not_null(unsigned argument) {
  return {Condition::Kind::not_null, argument, 0, 0};
}

constexpr std::uint32_t offset_of(unsigned argument) {
  return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t);
}

// The filter as it grows. Every call is looked up by its number alone first, so that the kernel
// sees for which the answer is always yes and asks no more.
class Program {
 public:
  Program() {
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }

  // Trapped when all conditions hold, or, of a call that is given several times, those of one.
  void trap(std::uint32_t number, std::initializer_list<Condition> conditions) {
    constexpr unsigned tail_size = 6;
    unsigned size = tail_size;
    for (const Condition& condition : conditions) size += size_of(condition);
    start(number, size);
    for (const Condition& condition : conditions) add(condition, size -= size_of(condition));
    // Not where the image makes it: the address is that behind the call.
    constexpr std::uint64_t image = ImageLayout::fixed_start;
    constexpr std::uint32_t low = image & 0xffff'ffff, high = image >> 32;
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, instruction_pointer) + 4));
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 3));
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, instruction_pointer)));
    add(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, low, 0, 1));
    add(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, low + ImageLayout::functions, 0, 1));
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
  }

  void refuse(std::uint32_t number, int error) {
    start(number, 1);
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
  }

  bool install() {
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(size_), code_};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  }

 private:
  static unsigned size_of(const Condition& condition) {
    return condition.kind == Condition::Kind::not_null ? 4 : 3;
  }

  void add(const sock_filter& instruction) { code_[size_++] = instruction; }

  // What follows, of that size, is for calls of this number.
  void start(std::uint32_t number, unsigned size) {
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, static_cast<std::uint8_t>(size)));
  }

  // Skips `rest` more instructions where it does not hold.
  void add(const Condition& condition, unsigned rest) {
    const auto skip = static_cast<std::uint8_t>(rest);
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset_of(condition.argument)));
    if (condition.kind == Condition::Kind::equal) {
      add(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, condition.mask));
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, condition.value, 0, skip));
    } else {
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2));
      add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset_of(condition.argument) + 4));
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, skip, 0));
    }
  }

  unsigned size_ = 0;
  sock_filter code_[512];
};

constexpr std::uint32_t futex_waitv = 449, futex_wait = 455, epoll_pwait2 = 441;

void trap_futexes(Program& program) {
  constexpr std::uint32_t command = ~std::uint32_t{FUTEX_PRIVATE_FLAG};
  for (const std::uint32_t wait :
       {FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME,
        FUTEX_LOCK_PI, 13 /* FUTEX_LOCK_PI2 */ | FUTEX_CLOCK_REALTIME})
    program.trap(SYS_futex, {equal(1, wait, command), not_null(3)});
  program.trap(futex_waitv, {equal(4, CLOCK_REALTIME), not_null(3)});
  program.trap(futex_wait, {equal(5, CLOCK_REALTIME), not_null(4)});
}

void trap_times(Program& program) {
  for (const std::uint32_t clock : {CLOCK_REALTIME, CLOCK_REALTIME_ALARM, CLOCK_TAI})
    program.trap(SYS_clock_nanosleep, {equal(0, clock), has(1, TIMER_ABSTIME)});
  program.trap(SYS_timerfd_settime, {has(1, TFD_TIMER_ABSTIME)});
  program.trap(SYS_timer_settime, {has(1, TIMER_ABSTIME)});
  program.trap(SYS_mq_timedsend, {not_null(4)});
  program.trap(SYS_mq_timedreceive, {not_null(4)});
}

void trap_masks(Program& program) {
  for (const std::uint32_t how : {SIG_BLOCK, SIG_SETMASK})
    program.trap(SYS_rt_sigprocmask, {equal(0, how), not_null(1)});
  program.trap(SYS_rt_sigaction, {equal(0, SIGSYS)});
  program.trap(SYS_rt_sigaction, {not_null(1)});
  program.trap(SYS_rt_sigsuspend, {});
  program.trap(SYS_ppoll, {not_null(3)});
  program.trap(SYS_epoll_pwait, {not_null(4)});
  program.trap(epoll_pwait2, {not_null(4)});
  program.trap(SYS_pselect6, {not_null(5)});
  program.trap(SYS_io_pgetevents, {not_null(5)});
}

}  // namespace

bool install_trap_filter() {
  Program program;
  trap_futexes(program);
  trap_times(program);
  trap_masks(program);
  program.refuse(SYS_clone3, ENOSYS);
  return program.install();
}

#else

bool install_trap_filter() {
  errno = ENOSYS;
  return false;
}

#endif

}  // namespace faultrig::live
