// Clocks of live nodes: what a read of the wall clock costs a program and what an exec costs, with
// the machine's clock, with the node's, and with each way in which that can lie. The program that
// measures is this one again, as a node's program, through its C library like any other. Then the
// same where waits are trapped: what a wait costs whose time has passed, one that has nothing to
// wait for, a change of the signal mask, and a futex call that is looked at and not trapped.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/live/spawn/server.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The best of several, since others use this machine too.
double best_of(int rounds, const std::function<double()>& measure) {
  double best = measure();
  for (int round = 1; round < rounds; ++round) best = std::min(best, measure());
  return best;
}

double nanoseconds_a_read(clockid_t id) {
  constexpr int reads = 1'000'000;
  timespec time{};
  const auto start = Clock::now();
  for (int i = 0; i < reads; ++i) ::clock_gettime(id, &time);
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / reads;
}

double milliseconds_an_exec() {
  constexpr int execs = 100;
  const auto start = Clock::now();
  for (int i = 0; i < execs; ++i) {
    const pid_t child = ::vfork();
    if (child == 0) {
      ::execl("/bin/true", "true", static_cast<char*>(nullptr));
      ::_exit(1);
    }
    ::waitpid(child, nullptr, 0);
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count() / execs;
}

double nanoseconds_a_call(const std::function<void()>& call) {
  constexpr int calls = 20'000;
  const auto start = Clock::now();
  for (int i = 0; i < calls; ++i) call();
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / calls;
}

void wait_for_the_past() {
  const timespec past{1, 0};
  ::clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, nullptr);
}

void wait_for_what_is() {
  static int word = 0;
  const timespec past{1, 0};
  constexpr int wait = FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME;
  ::syscall(SYS_futex, &word, wait, 1, &past, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void change_mask() {
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_BLOCK, &none, nullptr);
}

void wake_nobody() {
  static int word = 0;
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

// What the node's program says: reads of the wall clock, of the monotonic one, an exec, and calls
// that are trapped or looked at where waits are.
int measure() {
  fmt::print("{:>10.1f} {:>14.1f} {:>14.3f} {:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f}\n",
             best_of(10, [] { return nanoseconds_a_read(CLOCK_REALTIME); }),
             best_of(10, [] { return nanoseconds_a_read(CLOCK_MONOTONIC); }),
             best_of(5, milliseconds_an_exec),
             best_of(10, [] { return nanoseconds_a_call(wait_for_the_past); }),
             best_of(10, [] { return nanoseconds_a_call(wait_for_what_is); }),
             best_of(10, [] { return nanoseconds_a_call(change_mask); }),
             best_of(10, [] { return nanoseconds_a_call(wake_nobody); }));
  return 0;
}

void measure_in_node(const std::string& name, const NodeClock* clock,
                     std::chrono::seconds since_boot, bool trap_waits = false) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  const Descriptor input(ends[0]);
  Descriptor output(ends[1]);
  SpawnServer server;
  NodeProgram program;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  program.name = "bench";
  program.command = {self, "--measure"};
  program.folder = "/";
  program.visible = {self};
  program.log = output.get();
  program.since_boot = since_boot;
  program.trap_waits = trap_waits;
  if (clock != nullptr) program.clock = clock->descriptor();
  server.start(program);
  output.reset();
  fmt::print("{:<44}", name);
  std::fflush(stdout);
  char chunk[256];
  for (ssize_t size; (size = ::read(input.get(), chunk, sizeof chunk)) > 0;)
    std::fwrite(chunk, 1, static_cast<std::size_t>(size), stdout);
}

int measure_all() {
  NodeClock clock("bench");
  fmt::print("{:<44}{:>10} {:>14} {:>14} {:>9} {:>9} {:>9} {:>9}\n", "", "wall, ns",
             "monotonic, ns", "fork+exec, ms", "past, ns", "wait, ns", "mask, ns", "wake, ns");
  measure_in_node("the machine's clock", nullptr, 0s);
  measure_in_node("the machine's, own time since boot", nullptr, 1'000'000s);
  measure_in_node("the node's clock, right", &clock, 0s);
  const std::vector<std::pair<std::string, ClockSetting>> lies = {
      {"an hour ahead", {1h}},
      {"drifting", {0ns, 50'000}},
      {"strobed every 10 ms", {0ns, 0, 1h, 10ms}},
      {"standing still", {0ns, 0, {}, {}, true}},
  };
  for (const auto& [name, lie] : lies) {
    clock.set(lie);
    measure_in_node("the node's clock, " + name, &clock, 0s);
  }
  clock.set({1h});
  measure_in_node("the same ahead, own time since boot", &clock, 1'000'000s);
  measure_in_node("the same ahead, waits trapped", &clock, 0s, true);
  return 0;
}

}  // namespace
}  // namespace faultrig::live

int main(int count, char** words) {
  if (count > 1 && std::strcmp(words[1], "--measure") == 0) return faultrig::live::measure();
  return faultrig::live::run_in_sandbox(faultrig::live::measure_all);
}
