// Every scenario file: with its bug, if it has one, it must break the property it names; without it
// nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "targets/dynamo/bugs.hpp"
#include "tests/targets/dynamo/scenario_support.hpp"

namespace faultrig::dynamo {
namespace {

const std::string folder = "dynamo/scenarios";

ScenarioResult run_file(const std::string& name, bool with_bug) {
  return run_scenario(scenario_text(folder, name), with_bug);
}

std::vector<std::string> names_with_a_bug() {
  std::vector<std::string> names = scenario_names(folder);
  std::erase_if(names, [](const std::string& name) { return run_file(name, false).bug.empty(); });
  return names;
}

class DynamoScenario : public testing::TestWithParam<std::string> {};
class DynamoScenarioOfABug : public testing::TestWithParam<std::string> {};

TEST_P(DynamoScenarioOfABug, WithTheBugBreaksWhatItNames) {
  const ScenarioResult result = run_file(GetParam(), true);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(std::any_of(result.violations.begin(), result.violations.end(),
                          [&](const Violation& v) { return v.property == result.breaks; }))
      << "expected a violation of " << result.breaks << "\n"
      << story(result);
}

TEST_P(DynamoScenario, WithoutTheBugHolds) {
  const ScenarioResult result = run_file(GetParam(), false);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(result.violations.empty()) << story(result);
}

TEST_P(DynamoScenario, IsTheSameEachTime) {
  for (const bool with_bug : {false, true}) {
    EXPECT_EQ(run_file(GetParam(), with_bug).happenings, run_file(GetParam(), with_bug).happenings);
  }
}

INSTANTIATE_TEST_SUITE_P(Dynamo, DynamoScenario, testing::ValuesIn(scenario_names(folder)),
                         [](const auto& each) { return each.param; });

INSTANTIATE_TEST_SUITE_P(Dynamo, DynamoScenarioOfABug, testing::ValuesIn(names_with_a_bug()),
                         [](const auto& each) { return each.param; });

TEST(DynamoScenarioFiles, ThereIsOneForEachBug) {
  std::vector<std::string> shown;
  for (const std::string& name : scenario_names(folder)) {
    shown.push_back(run_file(name, false).bug);
  }
  for (const BugInfo& info : all_bugs()) {
    EXPECT_NE(std::find(shown.begin(), shown.end(), info.name), shown.end()) << info.name;
  }
}

}  // namespace
}  // namespace faultrig::dynamo
