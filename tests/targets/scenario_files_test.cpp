// Every scenario file of every bundled target: with its bug, if it has one, it must break the
// property it names; without it nothing. And the engine itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/targets/bundled_support.hpp"

namespace faultrig {
namespace {

struct ScenarioFile {
  const BundledTarget* target;
  std::string name;
  ScenarioResult run(bool with_bug) const {
    return target->run_scenario(scenario_text(target->scenarios(), name), with_bug);
  }
};

std::vector<ScenarioFile> files() {
  std::vector<ScenarioFile> files;
  for (const BundledTarget& target : bundled_targets()) {
    for (const std::string& name : scenario_names(target.scenarios())) {
      files.push_back({&target, name});
    }
  }
  return files;
}

std::vector<ScenarioFile> files_of_a_bug() {
  std::vector<ScenarioFile> found = files();
  std::erase_if(found, [](const ScenarioFile& file) { return file.run(false).bug.empty(); });
  return found;
}

class Scenario : public testing::TestWithParam<ScenarioFile> {};
class ScenarioOfABug : public testing::TestWithParam<ScenarioFile> {};

TEST_P(ScenarioOfABug, WithTheBugBreaksWhatItNames) {
  const ScenarioResult result = GetParam().run(true);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(std::any_of(result.violations.begin(), result.violations.end(),
                          [&](const Violation& v) { return v.property == result.breaks; }))
      << "expected a violation of " << result.breaks << "\n"
      << story(result);
}

TEST_P(Scenario, WithoutTheBugHolds) {
  const ScenarioResult result = GetParam().run(false);
  EXPECT_TRUE(result.problems.empty()) << story(result);
  EXPECT_TRUE(result.violations.empty()) << story(result);
}

TEST_P(Scenario, IsTheSameEachTime) {
  for (const bool with_bug : {false, true}) {
    EXPECT_EQ(GetParam().run(with_bug).happenings, GetParam().run(with_bug).happenings);
  }
}

std::string test_name(const testing::TestParamInfo<ScenarioFile>& each) {
  return each.param.target->name + "_" + each.param.name;
}

INSTANTIATE_TEST_SUITE_P(Files, Scenario, testing::ValuesIn(files()), test_name);
INSTANTIATE_TEST_SUITE_P(Files, ScenarioOfABug, testing::ValuesIn(files_of_a_bug()), test_name);

TEST(ScenarioFiles, ThereIsOneForEachBug) {
  std::vector<std::string> shown;
  for (const ScenarioFile& file : files()) shown.push_back(file.run(false).bug);
  for (const BundledTarget& target : bundled_targets()) {
    for (const BugRow& bug : target.bugs) {
      EXPECT_NE(std::find(shown.begin(), shown.end(), bug.name), shown.end()) << bug.name;
    }
  }
}

// The engine must not pass what did not happen.
ScenarioResult run_raft(const std::string& text) {
  return bundled_targets().front().run_scenario(text, false);
}

TEST(ScenarioEngine, ReportsWhatDidNotHappen) {
  const ScenarioResult result = run_raft("nodes 3\ntimeout n1\n> n1 raft.become_leader\n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].substr(0, 28), "line 3: it did not happen; s");
}

TEST(ScenarioEngine, ReportsWhatHappenedAndMustNot) {
  const ScenarioResult result = run_raft("nodes 3\ntimeout n1\nsettle\n! n1 raft.become_leader\n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_NE(result.problems[0].find("it happened"), std::string::npos);
}

TEST(ScenarioEngine, ReportsAMessageThatDoesNotWait) {
  const ScenarioResult result = run_raft("nodes 3\ndeliver n1 n2 pre_vote\n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0], "line 2: no pre_vote waits from n1 to n2");
}

}  // namespace
}  // namespace faultrig
