// Execs that do not go the easy way: traced by another, paused, killed, by an ordinary user.
#include "harness/live/clock/exec_supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "harness/errors.hpp"
#include "tests/live/clock/clock_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(ExecSupervisor, who_is_traced_by_another_runs_on_with_the_true_clock_and_is_counted) {
  in_sandbox([] {
    ClockRig rig({built_probe("probe"), "traced"});
    rig.start();
    ASSERT_TRUE(rig.await_said(-1, 1)) << rig.output();
    EXPECT_EQ(rig.clock.counts().followed, 1u) << "the tracer";
    EXPECT_EQ(rig.clock.counts().not_followed, 1u);
    EXPECT_EQ(rig.clock.counts().why_not, "it is traced by another, or may not be traced");
    rig.clock.set({1h});
    const std::size_t lines = lines_of(rig.output());
    ASSERT_TRUE(await([&] { return lines_of(rig.output()) > lines + 3; }));
    EXPECT_TRUE(rig.await_said(-1, 1));
  });
}

TEST(ExecSupervisor, nodes_that_execute_all_the_time_are_paused_resumed_and_killed) {
  in_sandbox([] {
    ClockRig rig({built_probe("probe"), "storm"});
    rig.start();
    for (int round = 0; round < 20; ++round) {
      const std::uint32_t before = rig.clock.counts().followed;
      ASSERT_TRUE(await([&] { return rig.clock.counts().followed > before; }));
      EXPECT_GE(rig.server.pause("n1"), 1);
      const std::uint32_t still = rig.clock.counts().followed;
      EXPECT_EQ(rig.server.status("n1").state, NodeState::paused);
      EXPECT_EQ(rig.clock.counts().followed, still);
      EXPECT_GE(rig.server.resume("n1"), 1);
    }
    EXPECT_EQ(rig.output(), "") << "no child failed";
    EXPECT_EQ(rig.clock.counts().not_followed, 0u);
    for (int round = 0; round < 10; ++round) {
      const std::uint32_t before = rig.clock.counts().followed;
      ASSERT_TRUE(await([&] { return rig.clock.counts().followed > before + 1; }));
      EXPECT_GE(rig.server.kill("n1"), 1);
      rig.start();
    }
  });
}

TEST(ExecSupervisor, tells_what_cannot_be_executed_and_how_a_program_ended) {
  in_sandbox([] {
    ClockRig rig({"/no/such/program"});
    EXPECT_THROW(rig.start(), EnvironmentError);
    rig.program.command = {"no-such-program-in-the-path"};
    EXPECT_THROW(rig.start(), EnvironmentError);
    EXPECT_EQ(rig.clock.counts().followed, 0u);
    rig.program.command = {"sh", "-c", "exit 7"};
    rig.start();
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    EXPECT_EQ(rig.server.status("n1").how, "exit 7");
    EXPECT_EQ(rig.clock.counts().followed, 1u);
  });
}

TEST(ExecSupervisor, a_program_keeps_no_descriptor_and_no_tracer) {
  in_sandbox([] {
    ClockRig rig({"/bin/sh", "-c", "ls /proc/self/fd; grep TracerPid /proc/self/status"});
    rig.start();
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    // 3 is the folder that ls reads.
    EXPECT_EQ(rig.output(), "0\n1\n2\n3\nTracerPid:\t0\n");
  });
}

// The leak checker traces its own process at the end, which nobody else may do then.
TEST(ExecSupervisor, a_leak_checker_does_its_work) {
  in_sandbox([] {
    ClockRig rig({built_probe("probe_asan"), "end"});
    rig.program.environment = {"ASAN_OPTIONS=detect_leaks=1"};
    rig.start();
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    EXPECT_EQ(rig.server.status("n1").how, "exit 0") << rig.output();
    EXPECT_EQ(rig.output(), "");
  });
}

TEST(ExecSupervisor, the_time_since_boot_is_the_node_s_own) {
  in_sandbox([] {
    ClockRig rig({"/bin/sh", "-c", "cat /proc/uptime"});
    rig.program.since_boot = std::chrono::hours(24 * 365);
    rig.start();
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    EXPECT_GE(std::stod(rig.output()), 24.0 * 365 * 3'600) << rig.output();
  });
}

TEST(ExecSupervisor, works_for_an_ordinary_user) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t ordinary = 65'534;
    if (::getuid() == 0 && (::setgid(ordinary) != 0 || ::setuid(ordinary) != 0)) ::_exit(1);
    ::prctl(PR_SET_DUMPABLE, 1);  // or our files in /proc belong to root still
    in_sandbox([] {
      ClockRig rig({"/bin/sh", "-c", "exec " + built_probe("probe")});
      rig.start();
      ASSERT_TRUE(rig.await_said(-1, 1)) << rig.output();
      rig.clock.set({1h});
      EXPECT_TRUE(rig.await_said(3'600'000 - 500, 3'600'000 + 500));
      EXPECT_EQ(rig.clock.counts().followed, 2u);
      EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;
    });
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace faultrig::live
