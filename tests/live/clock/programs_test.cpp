// Programs of every kind, made to read the node's clock: each sees it jump, run too fast, jump to
// and fro and stand still.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "tests/live/clock/clock_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

struct Kind {
  std::string name;
  // The command, and what is missing when there is none.
  std::function<Words()> command;
  std::string needs;
};

std::function<Words()> built(const std::string& probe, const Words& arguments = {}) {
  return [=]() -> Words {
    const std::string path = built_probe(probe);
    if (path.empty()) return {};
    Words command = {path};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  };
}

std::function<Words()> interpreted(const std::string& interpreter, const std::string& probe) {
  return [=]() -> Words {
    if (!has_command(interpreter)) return {};
    return {"/usr/bin/env", interpreter, probe_source(probe)};
  };
}

std::function<Words()> through_shells() {
  return [] {
    return Words{"/bin/sh", "-c",
                 "sh -c 'env -i /usr/bin/env sh -c \"exec " + built_probe("probe") + "\"; true'"};
  };
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"static_cpp", built("probe_static"), "a static C library (libc6-dev)"},
      {"dynamic_cpp", built("probe"), ""},
      {"address_sanitizer", built("probe_asan"), "libasan"},
      {"thread_sanitizer", built("probe_tsan"), "libtsan"},
      {"go", built("probe_go"), "golang-go"},
      {"java", interpreted("java", "Probe.java"), "a JDK (default-jdk-headless)"},
      {"node", interpreted("node", "probe.js"), "nodejs"},
      {"python", interpreted("python3", "probe.py"), "python3"},
      {"shells", through_shells(), ""},
      {"forked", built("probe", {"fork"}), ""},
      {"thread_that_executes", built("probe", {"thread-exec"}), ""},
      {"after_failed_execs", built("probe", {"failed-exec"}), ""},
  };
  return all;
}

std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

// Also where waits are trapped.
class ClockOfProgram : public testing::TestWithParam<std::tuple<Kind, bool>> {};

TEST_P(ClockOfProgram, follows_the_node) {
  const Kind& kind = std::get<Kind>(GetParam());
  const Words command = kind.command();
  if (command.empty()) GTEST_SKIP() << "not tested: this machine lacks " << kind.needs;
  in_sandbox([&] {
    ClockRig rig(command);
    rig.program.trap_waits = std::get<bool>(GetParam());
    rig.start();
    ASSERT_TRUE(rig.await_said(-1, 1)) << rig.output();
    EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;

    rig.clock.set({1h});
    ASSERT_TRUE(rig.await_said(3'600'000 - 500, 3'600'000 + 500));
    rig.clock.set({-40ms});
    ASSERT_TRUE(rig.await_said(-42, -38));
    rig.clock.set({0ms, 1'000'000});  // twice as fast
    ASSERT_TRUE(rig.await_said(100, 10'000));
    rig.clock.set({0ms, -500'000});
    ASSERT_TRUE(rig.await_said(-10'000, -100));
    rig.clock.set({0ms, 0, 1min, 20ms});
    for (int swing = 0; swing < 2; ++swing) {
      ASSERT_TRUE(rig.await_said(60'000 - 500, 60'000 + 500));
      ASSERT_TRUE(rig.await_said(-500, 500));
    }
    rig.clock.set({0ms, 0, {}, {}, true});
    ASSERT_TRUE(rig.await_said(-10'000, -100));
    rig.clock.set({});
    ASSERT_TRUE(rig.await_said(-1, 1));
    EXPECT_EQ(rig.complaint(), "");
    EXPECT_EQ(rig.server.status("n1").state, NodeState::running);
    EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;
  });
}

INSTANTIATE_TEST_SUITE_P(kinds, ClockOfProgram,
                         testing::Combine(testing::ValuesIn(kinds()), testing::Bool()),
                         [](const auto& given) {
                           const bool trapped = std::get<bool>(given.param);
                           return std::get<Kind>(given.param).name + (trapped ? "_trapped" : "");
                         });

}  // namespace
}  // namespace faultrig::live
