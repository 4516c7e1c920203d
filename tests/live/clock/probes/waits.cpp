// Waits until a time of the wall clock, in every way that C and C++ have, and says of each whether
// that was right: "KIND ok" when it timed out as it should and the clock then showed the time
// waited for, and "end" when all have ended; "still" every 20 ms once all have their deadlines.
//
// waits [sliced] [strobed] [blocked] [handler] MILLISECONDS: `sliced` leaves out timers, whose
// times are converted when they are set; `strobed` does not look at the clock afterwards, which may
// have turned back by then; `blocked` has every thread block all signals; `handler` waits in the
// handler of a signal that blocks all others.
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr int tick = 10;  // a signal that threads block in any case

std::int64_t read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return time.tv_sec * second + time.tv_nsec;
}

timespec in_seconds(std::int64_t time) { return {time / second, time % second}; }

// What a wait gives back: 0 or an errno.
int code(long result) { return result == 0 ? 0 : errno; }

struct Until {
  timespec time;
  std::chrono::system_clock::time_point point;
};

struct Kind {
  const char* name;
  int expected;
  std::function<int(const Until&)> wait;
  clockid_t clock = CLOCK_REALTIME;
};

int on_condition(const Until& until) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  int result = 0;
  while (result == 0) result = pthread_cond_timedwait(&condition, &mutex, &until.time);
  pthread_mutex_unlock(&mutex);
  return result;
}

int on_condition_variable(const Until& until) {
  std::mutex mutex;
  std::condition_variable condition;
  std::unique_lock lock(mutex);
  while (condition.wait_until(lock, until.point) != std::cv_status::timeout) {
  }
  return ETIMEDOUT;
}

int on_semaphore(const Until& until) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  return code(sem_timedwait(&semaphore, &until.time));
}

// Another thread holds it until we have given up.
template <typename Hold, typename Try, typename LetGo>
int while_held(Hold hold, Try attempt, LetGo let_go) {
  std::promise<void> held, over;
  std::thread holder([&] {
    hold();
    held.set_value();
    over.get_future().wait();
    let_go();
  });
  held.get_future().wait();
  const int result = attempt();
  over.set_value();
  holder.join();
  return result;
}

int on_mutex(const Until& until, int protocol) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  return while_held([&] { pthread_mutex_lock(&mutex); },
                    [&] { return pthread_mutex_timedlock(&mutex, &until.time); },
                    [&] { pthread_mutex_unlock(&mutex); });
}

int on_lock(const Until& until, int (*attempt)(pthread_rwlock_t*, const timespec*)) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  return while_held([&] { pthread_rwlock_wrlock(&lock); },
                    [&] { return attempt(&lock, &until.time); },
                    [&] { pthread_rwlock_unlock(&lock); });
}

int on_timed_mutex(const Until& until) {
  std::timed_mutex mutex;
  return while_held([&] { mutex.lock(); },
                    [&] { return mutex.try_lock_until(until.point) ? 0 : ETIMEDOUT; },
                    [&] { mutex.unlock(); });
}

int on_future(const Until& until) {
  std::promise<int> never;
  const bool late = never.get_future().wait_until(until.point) == std::future_status::timeout;
  return late ? ETIMEDOUT : 0;
}

// A queue for one message, with one when it is to be sent to.
int on_queue(const Until& until, bool send) {
  static std::atomic<int> number = 0;
  const std::string name = "/waits" + std::to_string(getpid()) + "." + std::to_string(++number);
  mq_attr attributes{};
  attributes.mq_maxmsg = 1;
  attributes.mq_msgsize = 8;
  const mqd_t queue = mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  if (queue < 0) return errno;
  mq_unlink(name.c_str());
  char message[8] = {};
  if (send && mq_send(queue, message, 1, 0) != 0) return errno;
  const long result = send ? mq_timedsend(queue, message, 1, 0, &until.time)
                           : mq_timedreceive(queue, message, 8, nullptr, &until.time);
  const int error = code(result);
  mq_close(queue);
  return error;
}

int by_timer_descriptor(const Until& until) {
  const int timer = timerfd_create(CLOCK_REALTIME, 0);
  const itimerspec setting{{0, 0}, until.time};
  if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, nullptr) != 0) return errno;
  std::uint64_t expired = 0;
  const bool is_read = read(timer, &expired, sizeof expired) == sizeof expired;
  close(timer);
  return is_read && expired == 1 ? 0 : EIO;
}

int by_timer(const Until& until) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGRTMIN + tick;
  timer_t timer;
  if (timer_create(CLOCK_REALTIME, &event, &timer) != 0) return errno;
  const itimerspec setting{{0, 0}, until.time};
  if (timer_settime(timer, TIMER_ABSTIME, &setting, nullptr) != 0) return errno;
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGRTMIN + tick);
  while (sigwaitinfo(&awaited, nullptr) < 0) {
  }
  timer_delete(timer);
  return 0;
}

int by_vector(const Until& until) {
  struct {
    std::uint64_t value, address;
    std::uint32_t flags, reserved;
  } waiter{};
  std::uint32_t word = 0;
  waiter.address = reinterpret_cast<std::uint64_t>(&word);
  waiter.flags = 2;  // of 32 bits
  const int result = code(syscall(449, &waiter, 1, 0, &until.time, CLOCK_REALTIME));
  return result == ENOSYS ? ETIMEDOUT : result;
}

int by_second_lock(const Until& until) {
  std::uint32_t word = 0;
  return while_held([&] { syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, nullptr, nullptr, 0); },
                    [&] {
                      const int command = 13 | FUTEX_CLOCK_REALTIME;  // FUTEX_LOCK_PI2
                      return code(syscall(SYS_futex, &word, command, 0, &until.time, nullptr, 0));
                    },
                    [&] { syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, nullptr, nullptr, 0); });
}

std::vector<Kind> in_handlers() {
  return {
      {"sem_timedwait", ETIMEDOUT, on_semaphore},
      {"clock_nanosleep", 0,
       [](const Until& until) {
         return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until.time, nullptr);
       }},
      {"mq_timedreceive", ETIMEDOUT, [](const Until& until) { return on_queue(until, false); }},
  };
}

std::vector<Kind> kinds() {
  std::vector<Kind> all = in_handlers();
  const auto add = [&](Kind kind) { all.push_back(std::move(kind)); };
  add({"pthread_cond_timedwait", ETIMEDOUT, on_condition});
  add({"condition_variable", ETIMEDOUT, on_condition_variable});
  add({"pthread_mutex_timedlock", ETIMEDOUT,
       [](const Until& until) { return on_mutex(until, PTHREAD_PRIO_NONE); }});
  add({"pi_mutex", ETIMEDOUT,
       [](const Until& until) { return on_mutex(until, PTHREAD_PRIO_INHERIT); }});
  add({"rwlock_read", ETIMEDOUT,
       [](const Until& until) { return on_lock(until, pthread_rwlock_timedrdlock); }});
  add({"rwlock_write", ETIMEDOUT,
       [](const Until& until) { return on_lock(until, pthread_rwlock_timedwrlock); }});
  add({"timed_mutex", ETIMEDOUT, on_timed_mutex});
  add({"future", ETIMEDOUT, on_future});
  add({"mq_timedsend", ETIMEDOUT, [](const Until& until) { return on_queue(until, true); }});
  add({"futex_waitv", ETIMEDOUT, by_vector});
  add({"lock_pi2", ETIMEDOUT, by_second_lock});
  add({"tai", 0,
       [](const Until& until) {
         return clock_nanosleep(CLOCK_TAI, TIMER_ABSTIME, &until.time, nullptr);
       },
       CLOCK_TAI});
  return all;
}

std::vector<Kind> timers() { return {{"timerfd", 0, by_timer_descriptor}, {"timer", 0, by_timer}}; }

bool strobed = false;
std::atomic<std::size_t> begun = 0;

void check(const Kind& kind, int milliseconds) {
  const std::int64_t deadline = read_clock(kind.clock) + std::int64_t{milliseconds} * 1'000'000;
  const std::chrono::system_clock::time_point point{std::chrono::nanoseconds(deadline)};
  ++begun;
  const int result = kind.wait({in_seconds(deadline), point});
  const std::int64_t early = deadline - read_clock(kind.clock);
  if (result != kind.expected) {
    std::printf("%s gave %s\n", kind.name, std::strerror(result));
  } else if (early > 0 && !strobed) {
    std::printf("%s ended %lld ns early\n", kind.name, static_cast<long long>(early));
  } else {
    std::printf("%s ok\n", kind.name);
  }
  std::fflush(stdout);
}

// Made before: a handler must not allocate.
int handler_wait = 0;
std::vector<Kind> handler_kinds;

void wait_in_handler(int) {
  for (const Kind& kind : handler_kinds) check(kind, handler_wait);
}

void block(bool everything) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGRTMIN + tick);
  if (everything) sigfillset(&signals);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (!everything) return;
  const std::uint64_t all = ~std::uint64_t{0};  // as programs without a library do
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof all);
}

void handle(int milliseconds) {
  handler_wait = milliseconds;
  handler_kinds = in_handlers();
  struct sigaction action {};
  action.sa_handler = wait_in_handler;
  sigfillset(&action.sa_mask);
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
}

}  // namespace

int main(int count, char** words) {
  bool sliced = false, blocked = false, handler = false;
  for (int i = 1; i + 1 < count; ++i) {
    sliced = sliced || std::strcmp(words[i], "sliced") == 0;
    strobed = strobed || std::strcmp(words[i], "strobed") == 0;
    blocked = blocked || std::strcmp(words[i], "blocked") == 0;
    handler = handler || std::strcmp(words[i], "handler") == 0;
  }
  const int milliseconds = std::atoi(words[count - 1]);
  block(blocked);
  std::vector<Kind> all = kinds();
  if (!sliced)
    for (Kind& kind : timers()) all.push_back(std::move(kind));
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  if (handler) {
    threads.emplace_back([&] { handle(milliseconds), ++ended; });
  } else {
    for (const Kind& kind : all) threads.emplace_back([&] { check(kind, milliseconds), ++ended; });
  }
  while (begun < threads.size()) usleep(1'000);
  while (ended < static_cast<int>(threads.size())) {
    std::printf("still\n");
    std::fflush(stdout);
    usleep(20'000);
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("end\n");
}
