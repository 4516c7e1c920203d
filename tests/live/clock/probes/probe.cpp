// Says every millisecond by how many milliseconds the wall clock has moved against the monotonic
// one since it started, read in all the ways that C++ has; or, first, what is wrong.
//
// With an argument it first becomes another process: "fork", "thread-exec" (a thread that is not
// the first executes the program anew), "failed-exec" (after a hundred execs of what is not there),
// "traced" (a child that it traces executes the program), "storm" (its children execute without
// end, and it tells nothing), "end" (it ends at once).
#include <fcntl.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return time.tv_sec * second + time.tv_nsec;
}

std::int64_t distance(std::int64_t a, std::int64_t b) { return a < b ? b - a : a - b; }

// All ways to read the wall clock show about the same; which, if not.
const char* who_disagrees(std::int64_t wall) {
  timeval day{};
  gettimeofday(&day, nullptr);
  const std::int64_t system =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  // It may jump between two reads, and coarse time is late by some ms: the caller asks again.
  constexpr std::int64_t near = 2 * second;
  if (distance(day.tv_sec * second + day.tv_usec * 1'000, wall) > near) return "gettimeofday";
  if (distance(std::time(nullptr) * second, wall) > near) return "time";
  if (distance(system, wall) > near) return "system_clock";
  if (distance(read_clock(CLOCK_REALTIME_COARSE), wall) > near) return "the coarse clock";
  return nullptr;
}

[[noreturn]] void tell() {
  const std::int64_t wall_then = read_clock(CLOCK_REALTIME);
  const std::int64_t then = read_clock(CLOCK_MONOTONIC);
  std::int64_t last = then;
  while (true) {
    const std::int64_t wall = read_clock(CLOCK_REALTIME);
    const std::int64_t now = read_clock(CLOCK_MONOTONIC);
    if (now < last) std::printf("the monotonic clock went back\n");
    last = now;
    const char* other = who_disagrees(read_clock(CLOCK_REALTIME));
    for (int again = 0; other != nullptr && again < 10; ++again) {
      usleep(1'000);
      other = who_disagrees(read_clock(CLOCK_REALTIME));
    }
    if (other != nullptr) std::printf("%s disagrees\n", other);
    std::printf("%lld\n", static_cast<long long>((wall - wall_then - (now - then)) / 1'000'000));
    std::fflush(stdout);
    usleep(1'000);
  }
}

void* become_again(void* program) {
  execl(static_cast<char*>(program), "probe", static_cast<char*>(nullptr));
  std::printf("cannot execute\n");
  std::exit(1);
}

[[noreturn]] void trace_child(char* program) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    become_again(program);
  }
  int status = 0;
  while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    const int signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_CONT, child, nullptr, static_cast<long>(signal));
  }
  std::exit(1);
}

[[noreturn]] void storm() {
  while (true) {
    const pid_t child = fork();
    if (child == 0) execl("/bin/true", "true", static_cast<char*>(nullptr));
    int status = 0;
    if (waitpid(child, &status, 0) == child && status != 0) std::printf("status %d\n", status);
    std::fflush(stdout);
  }
}

void fail_to_execute() {
  for (int i = 0; i < 100; ++i) execl("/no/such/program", "x", static_cast<char*>(nullptr));
  // What they were lent must be gone again: the next descriptor is the lowest there is.
  const int next = open("/dev/null", O_RDONLY);
  if (next != 3) std::printf("descriptors up to %d are open\n", next);
}

}  // namespace

int main(int count, char** words) {
  char program[4096] = {};
  if (readlink("/proc/self/exe", program, sizeof program - 1) <= 0) return 1;
  const char* how = count > 1 ? words[1] : "";
  if (std::strcmp(how, "fork") == 0 && fork() != 0) {
    while (true) pause();
  }
  if (std::strcmp(how, "failed-exec") == 0) fail_to_execute();
  if (std::strcmp(how, "end") == 0) return 0;
  if (std::strcmp(how, "traced") == 0) trace_child(program);
  if (std::strcmp(how, "storm") == 0) storm();
  if (std::strcmp(how, "thread-exec") == 0) {
    pthread_t threads[3];
    pthread_create(
        &threads[0], nullptr,
        [](void*) -> void* {
          while (true) usleep(10);
        },
        nullptr);
    pthread_create(
        &threads[1], nullptr,
        [](void*) -> void* {
          while (true) read_clock(0);
        },
        nullptr);
    pthread_create(&threads[2], nullptr, become_again, program);
    while (true) pause();
  }
  tell();
}
