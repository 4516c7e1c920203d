// Clocks of live nodes: what a read of the wall clock costs a program and what an exec costs, with
// the machine's clock, with the node's, and with each way in which that can lie. The program that
// measures is this one again, as a node's program, through its C library like any other.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
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

// What the node's program says: reads of the wall clock, of the monotonic one, an exec.
int measure() {
  fmt::print("{:>10.1f} {:>14.1f} {:>14.3f}\n",
             best_of(10, [] { return nanoseconds_a_read(CLOCK_REALTIME); }),
             best_of(10, [] { return nanoseconds_a_read(CLOCK_MONOTONIC); }),
             best_of(5, milliseconds_an_exec));
  return 0;
}

void measure_in_node(const std::string& name, const NodeClock* clock,
                     std::chrono::seconds since_boot) {
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
  fmt::print("{:<44}{:>10} {:>14} {:>14}\n", "", "wall, ns", "monotonic, ns", "fork+exec, ms");
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
  return 0;
}

}  // namespace
}  // namespace faultrig::live

int main(int count, char** words) {
  if (count > 1 && std::strcmp(words[1], "--measure") == 0) return faultrig::live::measure();
  return faultrig::live::run_in_sandbox(faultrig::live::measure_all);
}
