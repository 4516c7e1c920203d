// Every scenario file: with its bug, if it has one, it must break the property it names; without it
// nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "targets/raft_kv/bugs.hpp"
#include "tests/targets/raft_kv/scenario_support.hpp"

namespace faultrig::raft_kv {
namespace {

const std::string folder = "raft_kv/scenarios";

ScenarioResult run_file(const std::string& name, bool with_bug) {
  return run_scenario(scenario_text(folder, name), with_bug);
}

std::vector<std::string> names_with_a_bug() {
  std::vector<std::string> names = scenario_names(folder);
  std::erase_if(names, [](const std::string& name) { return run_file(name, false).bug.empty(); });
  return names;
}

class Scenario : public testing::TestWithParam<std::string> {};
class ScenarioOfABug : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioOfABug, WithTheBugBreaksWhatItNames) {
  const ScenarioResult result = run_file(GetParam(), true);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(std::any_of(result.violations.begin(), result.violations.end(),
                          [&](const Violation& v) { return v.property == result.breaks; }))
      << "expected a violation of " << result.breaks << "\n"
      << story(result);
}

TEST_P(Scenario, WithoutTheBugHolds) {
  const ScenarioResult result = run_file(GetParam(), false);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(result.violations.empty()) << story(result);
}

TEST_P(Scenario, IsTheSameEachTime) {
  for (const bool with_bug : {false, true}) {
    EXPECT_EQ(run_file(GetParam(), with_bug).happenings, run_file(GetParam(), with_bug).happenings);
  }
}

INSTANTIATE_TEST_SUITE_P(RaftKv, Scenario, testing::ValuesIn(scenario_names(folder)),
                         [](const auto& each) { return each.param; });

INSTANTIATE_TEST_SUITE_P(RaftKv, ScenarioOfABug, testing::ValuesIn(names_with_a_bug()),
                         [](const auto& each) { return each.param; });

TEST(ScenarioFiles, ThereIsOneForEachBug) {
  std::vector<std::string> shown;
  for (const std::string& name : scenario_names(folder)) {
    shown.push_back(run_file(name, false).bug);
  }
  for (const BugInfo& info : all_bugs()) {
    EXPECT_NE(std::find(shown.begin(), shown.end(), info.name), shown.end()) << info.name;
  }
}

// The engine must not pass what did not happen.
TEST(ScenarioEngine, ReportsWhatDidNotHappen) {
  const ScenarioResult result =
      run_scenario("nodes 3\ntimeout n1\n> n1 raft.become_leader\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].substr(0, 28), "line 3: it did not happen; s");
}

TEST(ScenarioEngine, ReportsWhatHappenedAndMustNot) {
  const ScenarioResult result =
      run_scenario("nodes 3\ntimeout n1\nsettle\n! n1 raft.become_leader\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_NE(result.problems[0].find("it happened"), std::string::npos);
}

TEST(ScenarioEngine, ReportsAMessageThatDoesNotWait) {
  const ScenarioResult result = run_scenario("nodes 3\ndeliver n1 n2 pre_vote\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0], "line 2: no pre_vote waits from n1 to n2");
}

}  // namespace
}  // namespace faultrig::raft_kv
