// Every scenario file: with its bug, if it has one, it must break the property it names; without it
// nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "targets/bank_2pc/bugs.hpp"
#include "tests/targets/bank_2pc/bank_scenario_support.hpp"

namespace faultrig::bank_2pc {
namespace {

const std::string folder = "bank_2pc/scenarios";

ScenarioResult run_file(const std::string& name, bool with_bug) {
  return run_scenario(scenario_text(folder, name), with_bug);
}

std::vector<std::string> names_with_a_bug() {
  std::vector<std::string> names = scenario_names(folder);
  std::erase_if(names, [](const std::string& name) { return run_file(name, false).bug.empty(); });
  return names;
}

class BankScenario : public testing::TestWithParam<std::string> {};
class BankScenarioOfABug : public testing::TestWithParam<std::string> {};

TEST_P(BankScenarioOfABug, WithTheBugBreaksWhatItNames) {
  const ScenarioResult result = run_file(GetParam(), true);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(std::any_of(result.violations.begin(), result.violations.end(),
                          [&](const Violation& v) { return v.property == result.breaks; }))
      << "expected a violation of " << result.breaks << "\n"
      << story(result);
}

TEST_P(BankScenario, WithoutTheBugHolds) {
  const ScenarioResult result = run_file(GetParam(), false);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(result.violations.empty()) << story(result);
}

TEST_P(BankScenario, IsTheSameEachTime) {
  const std::string text = scenario_text(folder, GetParam());
  for (const bool with_bug : {false, true}) {
    EXPECT_EQ(run_scenario(text, with_bug).happenings, run_scenario(text, with_bug).happenings);
  }
}

INSTANTIATE_TEST_SUITE_P(Bank2pc, BankScenario, testing::ValuesIn(scenario_names(folder)),
                         [](const auto& each) { return each.param; });

INSTANTIATE_TEST_SUITE_P(Bank2pc, BankScenarioOfABug, testing::ValuesIn(names_with_a_bug()),
                         [](const auto& each) { return each.param; });

TEST(BankScenarioFiles, ThereIsOneForEachBug) {
  std::vector<std::string> shown;
  for (const std::string& name : scenario_names(folder)) {
    shown.push_back(run_file(name, false).bug);
  }
  for (const BugInfo& info : all_bugs()) {
    EXPECT_NE(std::find(shown.begin(), shown.end(), info.name), shown.end()) << info.name;
  }
}

// The engine must not pass what did not happen.
TEST(BankScenarioEngine, ReportsWhatDidNotHappen) {
  const ScenarioResult result = run_scenario("transfer c1 n1 0 1 5\n> c1 transfer_ok\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].substr(0, 28), "line 2: it did not happen; s");
}

TEST(BankScenarioEngine, ReportsWhatHappenedAndMustNot) {
  const ScenarioResult result =
      run_scenario("transfer c1 n1 0 1 5\nsettle\n! c1 transfer_ok\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_NE(result.problems[0].find("it happened"), std::string::npos);
}

TEST(BankScenarioEngine, ReportsAMessageThatDoesNotWait) {
  const ScenarioResult result = run_scenario("deliver n1 n2 prepare\n", false);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0], "line 1: no prepare waits from n1 to n2");
}

}  // namespace
}  // namespace faultrig::bank_2pc
