#include "harness/live/spawn/launcher.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "harness/live/spawn/lifeline.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

// A child in a role, and what it prints.
struct Child {
  explicit Child(const std::string& role) : marker(new_marker()) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    output = Descriptor(ends[0]);
    const Descriptor theirs(ends[1]);
    pid = start_role(role, {}, marker, theirs.get());
  }
  // False at the end of the output.
  bool wait_for_line() {
    for (char c; ::read(output.get(), &c, 1) == 1;)
      if (c == '\n') return true;
    return false;
  }
  int wait() {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::string marker;
  Descriptor output;
  pid_t pid;
};

TEST(launcher, passes_the_exit_code_on) {
  EXPECT_EQ(run_in_sandbox([] { return 0; }), 0);
  EXPECT_EQ(run_in_sandbox([] { return 41; }), 41);
}

TEST(launcher, reports_a_killed_body_as_a_shell_does) {
  EXPECT_EQ(run_in_sandbox([] {
              ::raise(SIGKILL);
              return 0;
            }),
            128 + SIGKILL);
}

TEST(launcher, turns_an_exception_into_255) {
  EXPECT_EQ(run_in_sandbox([]() -> int { throw std::runtime_error("planted"); }), 255);
}

TEST(launcher, gives_namespaces_of_its_own_with_a_fresh_proc_and_loopback) {
  const auto names = {"pid", "mnt", "net", "uts", "ipc"};
  std::vector<std::string> outside;
  for (const char* name : names)
    outside.push_back(std::filesystem::read_symlink(std::string("/proc/self/ns/") + name));
  in_sandbox([&] {
    std::size_t i = 0;
    for (const char* name : names)
      EXPECT_NE(std::filesystem::read_symlink(std::string("/proc/self/ns/") + name), outside[i++]);
    EXPECT_EQ(std::filesystem::read_symlink("/proc/self"), std::to_string(::getpid()));
    EXPECT_EQ(::getuid(), 0u);
    EXPECT_EQ(::getsid(0), 1) << "a terminal's Ctrl-C must reach the launcher only";
    EXPECT_EQ(::system("exec 3<>/dev/null; grep -q : /proc/net/dev"), 0);
  });
}

TEST(launcher, reaps_orphans) {
  in_sandbox([] {
    // The grandchild outlives its parent and must not stay behind as a zombie of the init.
    ASSERT_EQ(::system("(sleep 0.01 &) ; true"), 0);
    EXPECT_TRUE(await([] { return ::system("test $(ls -d /proc/[0-9]* | wc -l) -le 6") == 0; }));
  });
}

class LauncherSignal : public testing::TestWithParam<int> {};

TEST_P(LauncherSignal, reaches_the_body_once) {
  Child child("report-signal");
  ASSERT_TRUE(child.wait_for_line());
  ::kill(child.pid, GetParam());
  EXPECT_EQ(child.wait(), 10 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(all, LauncherSignal, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT));

TEST(launcher, a_second_request_ends_a_body_that_does_not) {
  Child child("stubborn");
  ASSERT_TRUE(child.wait_for_line());
  ::kill(child.pid, SIGINT);
  ASSERT_TRUE(child.wait_for_line());
  // What comes within a second counts as the same request, so this must be later.
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ::kill(child.pid, SIGINT);
  EXPECT_EQ(child.wait(), 128 + SIGINT);
  EXPECT_TRUE(await([&] { return marked_processes(child.marker).empty(); }));
}

// The process of `all` whose parent is `parent`; 0 when there is none.
pid_t child_of(pid_t parent, const std::vector<pid_t>& all) {
  for (const pid_t process : all) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t end = line.rfind(')');  // then " STATE PARENT ..."
    if (end != std::string::npos && std::stoi(line.substr(end + 4)) == parent) return process;
  }
  return 0;
}

// The namespaces of these processes that are not ours, as "pid:[4026531836]".
std::set<std::string> namespaces_of(const std::vector<pid_t>& processes) {
  std::set<std::string> found;
  for (const pid_t process : processes) {
    for (const char* kind : {"pid", "mnt", "net", "uts", "ipc", "user"}) {
      std::error_code gone;
      const auto link =
          std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/ns/" + kind, gone);
      if (!gone && link != std::filesystem::read_symlink(std::string("/proc/self/ns/") + kind))
        found.insert(link.string());
    }
  }
  return found;
}

// Those of `namespaces` in which some process of the machine lives.
std::set<std::string> inhabited(const std::set<std::string>& namespaces) {
  std::vector<pid_t> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos) all.push_back(std::stoi(name));
  }
  const std::set<std::string> now = namespaces_of(all);
  std::set<std::string> both;
  std::set_intersection(now.begin(), now.end(), namespaces.begin(), namespaces.end(),
                        std::inserter(both, both.end()));
  return both;
}

TEST(launcher, nothing_survives_kill_9_of_any_half) {
  for (const int victim : {0, 1, 2}) {
    Child child("hold-sandbox");
    ASSERT_TRUE(child.wait_for_line());
    // At least launcher, init, body, server and two nodes with an init and a program each.
    const std::vector<pid_t> all = marked_processes(child.marker);
    ASSERT_GE(all.size(), 8u);
    const pid_t init = child_of(child.pid, all);
    const pid_t halves[] = {child.pid, init, child_of(init, all)};
    const std::set<std::string> namespaces = namespaces_of(all);
    ASSERT_GE(namespaces.size(),
              5u + 2 * 4);  // the sandbox's, and all but the network of two nodes
    ASSERT_GT(halves[victim], 1);
    ::kill(halves[victim], SIGKILL);
    EXPECT_EQ(child.wait(), victim == 0 ? -SIGKILL : 128 + SIGKILL);
    EXPECT_TRUE(await([&] { return marked_processes(child.marker).empty(); })) << victim;
    EXPECT_TRUE(await([&] { return inhabited(namespaces).empty(); })) << victim;
  }
}

TEST(launcher, nothing_survives_kill_9_at_random_instants) {
  std::mt19937 random(testing::UnitTest::GetInstance()->random_seed());
  for (int round = 0; round < 10; ++round) {
    Child child("hold-sandbox");
    const auto instant = std::chrono::microseconds(random() % 40'000);
    std::this_thread::sleep_for(instant);
    ::kill(child.pid, SIGKILL);
    EXPECT_EQ(child.wait(), -SIGKILL);
    EXPECT_TRUE(await([&] { return marked_processes(child.marker).empty(); }))
        << instant.count() << " us after the start";
  }
}

}  // namespace
}  // namespace faultrig::live
