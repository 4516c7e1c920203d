// Where waits are trapped, what a program may not notice of it: errors, interruption, cancellation,
// masks and actions of signals, programs that it executes. Says what is wrong, and "end".
//
// trapped WHAT [ARGUMENT]: one of the functions that main names.
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "trapped_support.hpp"

extern char** environ;

namespace {

char program[4096] = {};

// What went wrong before the wait is an error of the call.
void errors() {
  const auto* bad = static_cast<const timespec*>(bad_address());
  const timespec invalid{0, 2 * second}, negative{-1, 0}, past{1, 0};
  expect(sleep_until(invalid) == EINVAL, "a time that is none");
  expect(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, bad, nullptr) == EFAULT, "no memory");
  expect(sleep_until(past) == 0, "a time that has passed");
  std::uint32_t word = 7;
  const int wait = FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME;
  const auto futex = [&](std::uint32_t value, const timespec* until) {
    return syscall(SYS_futex, &word, wait, value, until, nullptr, ~0u) == 0 ? 0 : errno;
  };
  expect(futex(8, &past) == EAGAIN, "a futex of another value");
  expect(futex(7, &past) == ETIMEDOUT, "a futex until what has passed");
  expect(futex(7, &negative) == EINVAL, "a futex until a negative time");
  expect(futex(7, bad) == EFAULT, "a futex until no memory");
  const timespec ever{INT64_MAX, 999'999'999};
  expect(futex(8, &ever) == EAGAIN, "a futex until the end of time");
  expect(syscall(SYS_rt_sigprocmask, SIG_SETMASK, bad, nullptr, 8) < 0 && errno == EFAULT, "mask");
  std::uint64_t mask = 0;
  expect(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, bad, 8) < 0 && errno == EFAULT, "old mask");
  expect(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, 0, 4) < 0 && errno == EINVAL, "its size");
  expect(syscall(SYS_rt_sigaction, SIGUSR1, bad, nullptr, 8) < 0 && errno == EFAULT, "action");
  expect(syscall(SYS_rt_sigaction, SIGSYS, nullptr, bad, 8) < 0 && errno == EFAULT, "old action");
  expect(syscall(SYS_clone3, nullptr, 0) < 0 && errno == ENOSYS, "clone3");
  expect(syscall(SYS_ppoll, nullptr, 0, nullptr, bad, 8) < 0 && errno == EFAULT, "ppoll's mask");
}

void nothing(int) {}

// A signal ends a wait, as it ends that of the kernel.
void interrupted() {
  struct sigaction action {};
  action.sa_handler = nothing;
  sigaction(SIGUSR1, &action, nullptr);
  for (const auto& wait : {wait_on_semaphore, sleep_until}) {
    std::atomic<pid_t> number = 0;
    int result = 0;
    std::thread thread([&] {
      const timespec until = in_an_hour();
      number = gettid();
      result = wait(until);
    });
    while (number == 0) usleep(1'000);
    await_asleep(number);
    pthread_kill(thread.native_handle(), SIGUSR1);
    thread.join();
    expect(result == EINTR, "an interrupted wait");
  }
}

// Whoever waits is woken by who has something for it.
void woken() {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  std::atomic<pid_t> number = 0;
  std::thread thread([&] {
    number = gettid();
    const timespec until = in_an_hour();
    expect(sem_timedwait(&semaphore, &until) == 0, "a semaphore");
  });
  while (number == 0) usleep(1'000);
  await_asleep(number);
  sem_post(&semaphore);
  thread.join();
}

struct Mark {
  ~Mark() { ++*count; }
  std::atomic<int>* count;
};

void cancelled() {
  std::atomic<int> unwound = 0;
  int waits = 0;
  for (const auto& wait : {wait_on_semaphore, sleep_until, wait_on_condition}) {
    struct Job {
      int (*wait)(const timespec&);
      std::atomic<int>* unwound;
      std::atomic<pid_t> number;
    } job{wait, &unwound, 0};
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        [](void* what) -> void* {
          auto* job = static_cast<Job*>(what);
          const Mark mark{job->unwound};
          const timespec until = in_an_hour();
          job->number = gettid();
          job->wait(until);
          return nullptr;
        },
        &job);
    while (job.number == 0) usleep(1'000);
    await_asleep(job.number);
    pthread_cancel(thread);
    void* result = nullptr;
    pthread_join(thread, &result);
    expect(result == PTHREAD_CANCELED, "a cancelled wait");
    expect(unwound == ++waits, "unwinding");
  }
}

std::atomic<int> caught = 0;

void wait_a_little(int) {
  const timespec until = from_now(second / 20);
  const int error = errno;
  expect(sleep_until(until) == 0 && has_passed(until), "a wait in a handler");
  expect(wait_on_semaphore(until) == ETIMEDOUT, "another");
  errno = error;
  ++caught;
}

// Masks and actions are what they were said to be, and a handler may wait whatever is blocked.
void masks() {
  sigset_t all, old;
  sigfillset(&all);
  struct sigaction action {
  }, was{};
  action.sa_handler = wait_a_little;
  sigfillset(&action.sa_mask);
  sigaction(SIGUSR1, &action, nullptr);
  sigaction(SIGUSR1, nullptr, &was);
  expect(was.sa_handler == wait_a_little && sigismember(&was.sa_mask, SIGUSR2) == 1, "an action");

  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_sigmask(SIG_BLOCK, nullptr, &old);
  expect(sigismember(&old, SIGUSR1) == 1 && sigismember(&old, SIGTERM) == 1, "a mask");
  raise(SIGUSR1);
  expect(caught == 0, "a blocked signal");
  sigset_t one = all;
  sigdelset(&one, SIGUSR1);
  expect(sigsuspend(&one) < 0 && errno == EINTR && caught == 1, "sigsuspend");
  raise(SIGUSR1);
  expect(ppoll(nullptr, 0, nullptr, &one) < 0 && errno == EINTR && caught == 2, "ppoll");
  raise(SIGUSR1);
  expect(pselect(0, nullptr, nullptr, nullptr, nullptr, &one) < 0 && caught == 3, "pselect");
  pthread_sigmask(SIG_BLOCK, nullptr, &old);
  expect(sigismember(&old, SIGUSR1) == 1, "the mask after it");
  raise(SIGUSR1);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, &old);
  expect(caught == 4, "a signal that is no more blocked");
  expect(sigismember(&old, SIGUSR1) == 1, "the mask before");

  action.sa_handler = nothing;
  expect(sigaction(SIGSYS, &action, &was) == 0 && was.sa_handler == SIG_DFL, "SIGSYS is taken");
  signal(SIGSYS, SIG_IGN);
  wait_a_little(0);
}

// A stack of its own for signals, no larger than it must be, does not matter.
void small_stack() {
  static char memory[16 * 1024];
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = sizeof memory;
  expect(sigaltstack(&stack, nullptr) == 0, "a stack");
  struct sigaction action {};
  action.sa_handler = wait_a_little;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  wait_a_little(0);
  expect(caught == 2, "a handler on a stack of its own");
}

// Timers of other clocks stay what they are, and one with an interval counts on.
void timers() {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME}) {
    const int timer = timerfd_create(clock, TFD_NONBLOCK);
    itimerspec setting{{0, second / 50}, from_now(second / 10, clock)}, left{};
    expect(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, &left) == 0, "a timer");
    expect(left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0, "what it was");
    timerfd_gettime(timer, &left);
    expect(left.it_value.tv_sec == 0 && left.it_value.tv_nsec <= second / 10, "what is left");
    expect(left.it_interval.tv_nsec == second / 50, "its interval");
    std::uint64_t expired = 0, sum = 0;
    while (sum < 3) {
      usleep(1'000);
      if (read(timer, &expired, sizeof expired) == sizeof expired) sum += expired;
    }
    expect(sum < 1'000, "how often it has expired");
    setting = {};
    expect(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, &left) == 0, "disarming");
    expect(left.it_value.tv_nsec > 0, "what was left");
    timerfd_gettime(timer, &left);
    expect(left.it_value.tv_nsec == 0 && left.it_value.tv_sec == 0, "a timer that is off");
    setting.it_value.tv_sec = 1;  // long ago
    expect(timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, nullptr) == 0, "a past timer");
    while (read(timer, &expired, sizeof expired) != sizeof expired) usleep(1'000);
    close(timer);
  }
  timer_t timer;
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  expect(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0, "a timer of the processor");
  itimerspec setting{{0, 0}, {1'000, 0}}, left{};
  expect(timer_settime(timer, TIMER_ABSTIME, &setting, nullptr) == 0, "setting it");
  timer_gettime(timer, &left);
  expect(left.it_value.tv_sec > 900 && left.it_value.tv_sec <= 1'000, "what is left of it");
  timer_delete(timer);
  const auto* bad = static_cast<const itimerspec*>(bad_address());
  const int other = timerfd_create(CLOCK_REALTIME, 0);
  expect(timerfd_settime(other, TFD_TIMER_ABSTIME, bad, nullptr) < 0 && errno == EFAULT, "memory");
  expect(timerfd_settime(99, TFD_TIMER_ABSTIME, &setting, nullptr) < 0 && errno == EBADF, "none");
}

int result_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

// Programs that programs start, in every way; the last of them waits.
void chain(int depth) {
  const timespec until = from_now(second / 20);
  expect(sleep_until(until) == 0 && has_passed(until), "a wait in a chain");
  expect(wait_on_condition(until) == ETIMEDOUT, "another");
  if (depth == 0) return;
  const std::string rest = std::to_string(depth - 1);
  char* words[] = {program, const_cast<char*>("chain"), const_cast<char*>(rest.c_str()), nullptr};
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // inherited
  pid_t child = -1;
  if (depth % 3 == 0) {
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    expect(posix_spawn(&child, program, nullptr, &attributes, words, environ) == 0, "spawn");
  } else if (depth % 3 == 1) {
    child = vfork();
    if (child == 0) {
      execv(program, words);
      _exit(1);
    }
  } else {
    child = fork();
    if (child == 0) {
      const timespec later = from_now(second / 20);
      expect(sleep_until(later) == 0 && has_passed(later), "a wait in a child");
      execv(program, words);
      _exit(1);
    }
  }
  expect(result_of(child) == 0, "a child");
  expect(std::system("true") == 0, "a shell");
}

void wait_for_the_past(int) {
  const int error = errno;
  const timespec past{1, 0};
  expect(sleep_until(past) == 0, "a wait in a storm");
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  errno = error;
}

// A token goes round among threads that wait an hour for it, while signals come at any instant,
// whose handler waits too, and programs are executed.
void storm() {
  constexpr int threads = 4, rounds = 2'000;
  struct sigaction action {};
  action.sa_handler = wait_for_the_past;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  sem_t tokens[threads];
  for (sem_t& token : tokens) sem_init(&token, 0, 0);
  std::thread ring[threads];
  for (int i = 0; i < threads; ++i) {
    ring[i] = std::thread([&, i] {
      const timespec until = in_an_hour();
      for (int round = 0; round < rounds; ++round) {
        while (sem_timedwait(&tokens[i], &until) != 0) expect(errno == EINTR, "a token");
        sem_post(&tokens[(i + 1) % threads]);
      }
    });
  }
  const itimerval often{{0, 500}, {0, 500}}, never{};
  setitimer(ITIMER_REAL, &often, nullptr);
  sem_post(&tokens[0]);
  for (int i = 0; i < 5; ++i) expect(std::system("true") == 0, "a shell in a storm");
  for (std::thread& thread : ring) thread.join();
  setitimer(ITIMER_REAL, &never, nullptr);
}

// A SIGSYS that is no trap ends the program, as it does by itself.
void struck() { raise(SIGSYS); }

// What a trapped call changes of the registers and of the stack: nothing.
void registers() {
  const timespec past{1, 0};
  for (int i = 0; i < 1'000; ++i) {
    std::uint64_t before[4] = {11, 22, 33, 44}, kept[4] = {};
    long result = SYS_clock_nanosleep;
    // The red zone is used as a compiler may.
    __asm__ volatile(
        "movq %[a], -8(%%rsp)\n\t"
        "movq %[d], -128(%%rsp)\n\t"
        "movq %[b], %%r12\n\t"
        "movq %[c], %%xmm7\n\t"
        "movq %[past], %%rdx\n\t"
        "xorl %%edi, %%edi\n\t"
        "movl $1, %%esi\n\t"
        "xorl %%r10d, %%r10d\n\t"
        "movq $77, %%r8\n\t"
        "stc\n\t"
        "syscall\n\t"
        "jnc 1f\n\t"
        "cmpq $77, %%r8\n\t"
        "jne 1f\n\t"
        "cmpq $1, %%rsi\n\t"
        "jne 1f\n\t"
        "cmpq %[past], %%rdx\n\t"
        "jne 1f\n\t"
        "movq -8(%%rsp), %[ka]\n\t"
        "movq -128(%%rsp), %[kd]\n\t"
        "movq %%r12, %[kb]\n\t"
        "movq %%xmm7, %[kc]\n\t"
        "1:"
        : "+a"(result), [ka] "+&r"(kept[0]), [kb] "+&r"(kept[1]), [kc] "+&r"(kept[2]),
          [kd] "+&r"(kept[3])
        : [a] "i"(11), [b] "i"(22), [c] "r"(before[2]), [d] "i"(44), [past] "r"(&past)
        : "rcx", "r11", "rdx", "rsi", "rdi", "r8", "r10", "r12", "xmm7", "cc", "memory");
    if (result != 0 || std::memcmp(before, kept, sizeof kept) != 0) {
      expect(false, "registers");
      return;
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (readlink("/proc/self/exe", program, sizeof program - 1) <= 0) return 1;
  const std::string what = count > 1 ? words[1] : "";
  const int argument = count > 2 ? std::atoi(words[2]) : 0;
  const std::map<std::string, std::function<void()>> all = {{"errors", errors},
                                                            {"interrupted", interrupted},
                                                            {"woken", woken},
                                                            {"cancelled", cancelled},
                                                            {"masks", masks},
                                                            {"small_stack", small_stack},
                                                            {"timers", timers},
                                                            {"struck", struck},
                                                            {"registers", registers},
                                                            {"storm", storm},
                                                            {"chain", [&] { chain(argument); }}};
  all.at(what)();
  std::printf("end\n");
}
