// What programs may not notice where waits are trapped, and what becomes of those that cannot be
// given the handler.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/live/clock/clock_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

std::string how_it_ended(ClockRig& rig) {
  EXPECT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }))
      << rig.output();
  return rig.server.status("n1").how;
}

class Trapped : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Trapped, is_not_noticed) {
  const std::string build = std::get<0>(GetParam()), what = std::get<1>(GetParam());
  if (build == "_asan" && what == "cancelled")
    GTEST_SKIP() << "not tested: the address sanitizer takes the unwinding for an overflow, also "
                    "where nothing is trapped";
  in_sandbox([&] {
    TrapRig rig({built_probe("trapped" + build), what});
    rig.clock.set({1h});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "exit 0");
    EXPECT_EQ(rig.output(), "end\n");
    EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;
  });
}

std::string name_of(const testing::TestParamInfo<Trapped::ParamType>& given) {
  const std::string build = std::get<0>(given.param);
  return (build.empty() ? "dynamic" : build.substr(1)) + "_" + std::get<1>(given.param);
}

INSTANTIATE_TEST_SUITE_P(builds, Trapped,
                         testing::Combine(testing::Values("", "_static", "_asan", "_tsan"),
                                          testing::Values("errors", "interrupted", "woken",
                                                          "cancelled", "masks", "small_stack",
                                                          "timers", "registers", "storm")),
                         name_of);

TEST(TrappedPrograms, are_followed_through_programs_that_they_execute) {
  in_sandbox([] {
    TrapRig rig({"/bin/sh", "-c", built_probe("trapped") + " chain 6 && exit 7"});
    rig.clock.set({-1h});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "exit 7");
    EXPECT_EQ(rig.output(), "end\nend\nend\nend\nend\nend\nend\n");
    EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;
    EXPECT_GE(rig.clock.counts().followed, 8u);
  });
}

TEST(TrappedPrograms, are_ended_by_a_signal_that_is_no_trap) {
  in_sandbox([] {
    TrapRig rig({built_probe("trapped"), "struck"});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "signal 31 (SIGSYS)");
    EXPECT_EQ(rig.output(), "");
  });
}

TEST(TrappedPrograms, are_not_executed_when_another_traces_them_and_that_is_said) {
  in_sandbox([] {
    TrapRig rig({built_probe("probe"), "traced"});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "exit 1");
    EXPECT_EQ(rig.output(), "cannot execute\n");
    EXPECT_EQ(rig.clock.counts().followed, 1u) << "the tracer";
    EXPECT_EQ(rig.clock.counts().not_followed, 1u);
    EXPECT_EQ(rig.clock.counts().why_not,
              "it is traced by another, or may not be traced; it was not executed, since waits "
              "are trapped");
  });
}

TEST(TrappedPrograms, are_counted_where_there_is_no_place_for_the_image_and_ended_by_a_trap) {
  in_sandbox([] {
    TrapRig rig({built_probe("in_the_way")});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "signal 31 (SIGSYS)");
    EXPECT_EQ(rig.output(), "runs\n");
    EXPECT_EQ(rig.clock.counts().followed, 0u);
    EXPECT_EQ(rig.clock.counts().not_followed, 1u);
    EXPECT_EQ(rig.clock.counts().why_not,
              "the clock cannot be mapped into it: File exists; it is ended by SIGSYS at the first "
              "call that is trapped (trap_waits)");
  });
}

TEST(TrappedPrograms, of_32_bits_are_counted_and_left_alone) {
  in_sandbox([] {
    TrapRig rig({"/bin/sh", "-c", built_probe("bits32") + " || exit $?"});
    rig.start();
    const std::string how = how_it_ended(rig);
    // With 126 the shell says that the kernel cannot execute it.
    if (how == "exit 126") GTEST_SKIP() << "not tested: this kernel has no 32-bit programs";
    EXPECT_EQ(how, "exit 7");
    EXPECT_EQ(rig.output(), "runs\n");
    EXPECT_EQ(rig.clock.counts().not_followed, 1u);
    EXPECT_EQ(rig.clock.counts().why_not, "it is a 32-bit program");
  });
}

TEST(TrappedPrograms, keep_no_descriptor_and_no_tracer) {
  in_sandbox([] {
    TrapRig rig(
        {"/bin/sh", "-c", "ls /proc/self/fd; grep -E 'TracerPid|SigIgn' /proc/self/status"});
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "exit 0");
    EXPECT_EQ(rig.output(), "0\n1\n2\n3\nTracerPid:\t0\nSigIgn:\t0000000000000000\n");
  });
}

TEST(TrappedPrograms, a_leak_checker_does_its_work) {
  in_sandbox([] {
    TrapRig rig({built_probe("probe_asan"), "end"});
    rig.program.environment = {"ASAN_OPTIONS=detect_leaks=1"};
    rig.start();
    EXPECT_EQ(how_it_ended(rig), "exit 0");
    EXPECT_EQ(rig.output(), "");
  });
}

}  // namespace
}  // namespace faultrig::live
