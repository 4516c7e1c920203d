// Waits until a time of the wall clock where they are trapped: each ends when the node's clock says
// so, however that lies, and not before. Nothing is timed here: what waits for the machine's clock
// waits an hour too long, or ends before its clock shows the time.
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

#include "tests/live/clock/clock_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr const char* hour = "3600000";

class Waits : public testing::TestWithParam<std::string> {
 protected:
  static Words waits(const Words& arguments) {
    Words command = {built_probe("waits" + GetParam())};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }
};

std::size_t count_of(const ClockRig& rig, const std::string& wanted) {
  std::size_t found = 0;
  std::istringstream lines(rig.output());
  for (std::string line; std::getline(lines, line);) found += line == wanted ? 1 : 0;
  return found;
}

bool await_end(ClockRig& rig) {
  return await([&] { return rig.server.status("n1").state == NodeState::exited; });
}

// It has said so many times more that it still waits.
bool await_still(const ClockRig& rig, std::size_t times) {
  const std::size_t before = count_of(rig, "still");
  return await([&] { return count_of(rig, "still") >= before + times; });
}

// Everything that is neither right nor "still" nor the end; lines that are right in `right`.
std::string wrong_lines(const ClockRig& rig, std::size_t& right) {
  std::string wrong;
  std::istringstream lines(rig.output());
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(" ok"))
      ++right;
    else if (line != "still" && line != "end")
      wrong += line + "\n";
  }
  return wrong;
}

void expect_ended_well(ClockRig& rig, std::size_t waits) {
  ASSERT_TRUE(await_end(rig)) << rig.output();
  EXPECT_EQ(rig.server.status("n1").how, "exit 0") << rig.output();
  std::size_t right = 0;
  EXPECT_EQ(wrong_lines(rig, right), "");
  EXPECT_EQ(right, waits) << rig.output();
  EXPECT_EQ(count_of(rig, "end"), 1u);
  EXPECT_EQ(rig.clock.counts().not_followed, 0u) << rig.clock.counts().why_not;
}

constexpr std::size_t sliced_kinds = 15, all_kinds = 17, handler_kinds = 3;

TEST_P(Waits, end_when_the_node_s_clock_says_so) {
  const std::vector<ClockSetting> settings = {
      {},
      {1h},
      {-1h},
      {1h, 1'000'000},     // twice as fast
      {-1h, -500'000},     // half
      {0ns, 0, 1h, 30ms},  // to and fro, at times past every deadline
      {0ns, 0, -1h, 30ms},
  };
  for (const ClockSetting& setting : settings) {
    in_sandbox([&] {
      // A timer knows no strobe.
      const bool strobe = setting.strobe_period.count() > 0;
      TrapRig rig(waits(strobe ? Words{"sliced", "strobed", "200"} : Words{"200"}));
      rig.clock.set(setting);
      rig.start();
      SCOPED_TRACE(rig.clock.offset().count());
      expect_ended_well(rig, strobe ? sliced_kinds : all_kinds);
    });
  }
}

TEST_P(Waits, are_ended_by_a_jump_past_their_time) {
  in_sandbox([&] {
    TrapRig rig(waits({"sliced", hour}));
    rig.start();
    ASSERT_TRUE(await_still(rig, 10)) << rig.output();
    rig.clock.set({1h});
    expect_ended_well(rig, sliced_kinds);
  });
}

// Half a second does not end a wait of 300 ms while the clock stands still, nor after it has
// jumped back.
TEST_P(Waits, are_made_longer_by_a_standstill_and_by_a_jump_back) {
  in_sandbox([&] {
    TrapRig rig(waits({"sliced", "300"}));
    rig.clock.set({0ns, 0, {}, {}, true});
    rig.start();
    ASSERT_TRUE(await_still(rig, 25)) << rig.output();
    rig.clock.set({-1h});
    ASSERT_TRUE(await_still(rig, 25)) << rig.output();
    std::size_t right = 0;
    EXPECT_EQ(wrong_lines(rig, right), "");
    EXPECT_EQ(right, 0u) << rig.output();
    rig.clock.set({});
    expect_ended_well(rig, sliced_kinds);
  });
}

TEST_P(Waits, of_threads_that_block_all_signals) {
  in_sandbox([&] {
    TrapRig rig(waits({"blocked", "100"}));
    rig.clock.set({1h});
    rig.start();
    expect_ended_well(rig, all_kinds);
  });
}

TEST_P(Waits, in_a_handler_that_blocks_all_signals) {
  in_sandbox([&] {
    TrapRig rig(waits({"handler", "100"}));
    rig.clock.set({1h});
    rig.start();
    expect_ended_well(rig, handler_kinds);
  });
}

// A program that says of each of its waits whether it was right.
struct Language {
  std::string name, command, probe, needs;
  std::size_t waits;
};

std::ostream& operator<<(std::ostream& out, const Language& language) {
  return out << language.name;
}

class WaitsIn : public testing::TestWithParam<Language> {};

TEST_P(WaitsIn, end_when_the_node_s_clock_says_so) {
  const Language& language = GetParam();
  if (!has_command(language.command))
    GTEST_SKIP() << "not tested: this machine lacks " << language.needs;
  const Words command = language.probe.empty() ? Words{built_probe("waits_go"), "100"}
                                               : Words{"/usr/bin/env", language.command,
                                                       probe_source(language.probe), "100"};
  for (const ClockSetting& setting : {ClockSetting{}, ClockSetting{1h}, ClockSetting{-1h}}) {
    in_sandbox([&] {
      TrapRig rig(command);
      rig.clock.set(setting);
      rig.start();
      expect_ended_well(rig, language.waits);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(languages, WaitsIn,
                         testing::Values(Language{"java", "java", "Waits.java",
                                                  "a JDK (default-jdk-headless)", 3},
                                         Language{"go", "go", "", "golang-go", 3},
                                         Language{"node", "node", "waits.js", "nodejs", 3},
                                         Language{"python", "python3", "waits.py", "python3", 4}),
                         [](const auto& language) { return language.param.name; });

INSTANTIATE_TEST_SUITE_P(builds, Waits, testing::Values("", "_static", "_asan", "_tsan"),
                         [](const auto& build) {
                           return build.param.empty() ? "dynamic" : build.param.substr(1);
                         });

// Without it a wait is ended by the machine's clock: at once, where the node's is an hour behind.
TEST(WaitsNotTrapped, end_by_the_machine_s_clock) {
  in_sandbox([&] {
    ClockRig rig({built_probe("waits"), "100"});
    rig.clock.set({-1h});
    rig.start();
    ASSERT_TRUE(await_end(rig));
    std::size_t right = 0;
    const std::string wrong = wrong_lines(rig, right);
    for (const std::string kind : {"sem_timedwait", "clock_nanosleep", "timerfd", "timer"})
      EXPECT_NE(wrong.find(kind + " ended "), std::string::npos) << rig.output();
    EXPECT_LE(right, 1u) << "the C++ library looks at the clock again: " << rig.output();
  });
}

}  // namespace
}  // namespace faultrig::live
