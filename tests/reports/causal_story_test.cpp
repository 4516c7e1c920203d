// Every drawing in causal_stories/ is judged by the checker it names; below its line of dashes
// stands the story, word for word. Adding a case is adding a file.
#include "reports/causal_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/timeline.hpp"
#include "reports/json.hpp"
#include "reports/story.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

const std::filesystem::path cases =
    std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/reports/causal_stories";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Verdict judge(const Timeline& timeline) {
  return make_causal_checker(causal_level_from(timeline.checker).value())
      ->check(timeline.history, {});
}

class CausalStory : public ::testing::TestWithParam<std::string> {};

TEST_P(CausalStory, is_told_as_written) {
  const std::filesystem::path path = cases / (GetParam() + ".txt");
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  // The reader of drawings would drop the story's empty lines.
  const std::string dashes = "----\n";
  const std::size_t end = text.str().find(dashes);
  ASSERT_NE(end, std::string::npos);
  const Timeline timeline = parse_timeline(text.str().substr(0, end), path.filename().string());
  const Verdict verdict = judge(timeline);
  const Report report{nullptr, timeline.history.operations(), {&verdict, 1}, verdict.validity, 1};
  EXPECT_EQ(story(report), text.str().substr(end + dashes.size()));
}

INSTANTIATE_TEST_SUITE_P(Stories, CausalStory, ::testing::ValuesIn(case_names()),
                         [](const auto& instance) { return instance.param; });

// As the story about linearizability does, and in its words.
TEST(CausalStoryFaults, those_in_force_are_listed_before_the_operations) {
  StaleRun run;
  std::vector<Operation> operations = run.operations;
  std::erase_if(operations, [](const Operation& each) { return each.f == "cas"; });
  operations.push_back(make_operation(7, "write", 99, 99, Outcome::ok, 4.2, 4.3, "n2"));
  operations.push_back(make_operation(7, "read", {}, {}, Outcome::ok, 4.4, 4.5, "n2"));
  number_events(operations);
  const Verdict verdict =
      make_single_level_checker(CausalLevel::read_your_writes)->check(history_of(operations), {});
  ASSERT_EQ(verdict.validity, Validity::invalid);
  const Report report{&run.record, operations, {&verdict, 1}, verdict.validity, 1};
  const std::string text = story(report);
  const auto faults = text.find(
      "\nFaults in force at that time\n"
      "  #1 n5 was down (killed) from 2.800 s to 4.900 s (n5: 1 process ended)\n"
      "  #2 partition-leader from 3.210 s to 6.000 s");
  ASSERT_NE(faults, std::string::npos) << text;
  EXPECT_LT(faults, text.find("The operations that prove it"));
  run.record.faults.clear();
  EXPECT_EQ(story(report).find("Faults"), std::string::npos);
}

// What a story draws is a drawing of the same contradiction.
TEST(CausalStoryDrawing, is_judged_like_the_history) {
  const Timeline timeline = parse_timeline(
      "check causal\n"
      "p0  |-[1] write 1-||-[2] write 2-||-[3] write 3-|\n"
      "p1                                                 |-[3] read 3-||-[2] read 2-||-[1] read "
      "nil-|\n");
  const Verdict verdict = judge(timeline);
  ASSERT_EQ(verdict.validity, Validity::invalid);
  const auto& evidence = std::get<NotCausal>(verdict.evidence);
  const Timeline drawn = parse_timeline(drawn_contradiction(evidence));
  EXPECT_LT(drawn.history.operations().size(), timeline.history.operations().size());
  EXPECT_EQ(judge(drawn).validity, Validity::invalid);
  EXPECT_EQ(drawn.expected, "invalid");
}

TEST(CausalStoryJson, carries_links_and_cycle) {
  const Timeline timeline =
      parse_timeline("check causal\np0  |--write 1--||--write 2--||--read 1--|\n");
  const Verdict verdict = judge(timeline);
  EXPECT_EQ(verdict.statistics.size(), 8u);
  const Value value = to_value(verdict.evidence);
  EXPECT_EQ(value.find("kind")->as_string(), "not-causal");
  EXPECT_EQ(value.find("operations")->as_list().size(), 3u);
  EXPECT_EQ(value.find("cycle")->to_string(), "[0,2]");
  const Value& last = value.find("links")->as_list()[2];
  EXPECT_EQ(last.find("reason")->as_string(), "conflict-order");
  EXPECT_EQ(last.find("words")->as_string(),
            "#3 returned what #1 wrote, although #2, another write of the key, was before it");
  EXPECT_EQ(last.find("premise")->to_string(), "[1]");
}

}  // namespace
}  // namespace faultrig
