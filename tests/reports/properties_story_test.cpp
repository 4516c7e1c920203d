// Every drawing in properties_stories/ is judged by the checker it names; below its line of dashes
// stands the story, word for word. Adding a case is adding a file.
#include "reports/properties_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/catalog.hpp"
#include "reports/json.hpp"
#include "reports/story.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

const std::filesystem::path cases =
    std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/reports/properties_stories";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Verdict judge(const Timeline& timeline) {
  return make_invariant_checker(timeline.checker)->check(timeline.history, {});
}

class PropertiesStory : public ::testing::TestWithParam<std::string> {};

TEST_P(PropertiesStory, is_told_as_written) {
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

INSTANTIATE_TEST_SUITE_P(Stories, PropertiesStory, ::testing::ValuesIn(case_names()),
                         [](const auto& instance) { return instance.param; });

// The operations of a queue that lost a value while n5 was down and n2 cut off.
struct LostRun : StaleRun {
  LostRun() {
    operations = {make_operation(0, "enqueue", 7, 7, Outcome::ok, 3.9, 3.904, "n2"),
                  make_operation(3, "dequeue", {}, {}, Outcome::ok, 4.5, 4.51, "n4")};
    number_events(operations);
    verdicts = {make_invariant_checker("total-queue")->check(history_of(operations), {})};
  }
};

TEST(PropertiesStoryOfARun, names_nodes_times_and_faults_in_force) {
  const LostRun run;
  const std::string text = story(run.report());
  const std::string expected = R"(INVALID: total-queue
In all: 1 lost.

  lost: key 17, 7 was acknowledged and never came out, and then the queue was found empty
       asked    answered  process  node  operation
     3.900 s     3.904 s        0  n2    enqueue 7
     4.500 s     4.510 s        3  n4    dequeue -> nil
      meanwhile #1 n5 was down (killed) from 2.800 s to 4.900 s
      meanwhile #2 partition-leader from 3.210 s to 6.000 s: n2 | n1 n3 n4 n5; the leader alone
      from its peers, in reach of every client

The first, drawn, to paste into a test file

check total-queue
p0  |--enqueue 7--|
p3                    |--dequeue--|
----
invalid
)";
  EXPECT_EQ(text.substr(0, expected.size()), expected);
}

TEST(PropertiesStoryJson, carries_findings_and_counts) {
  const LostRun run;
  const Value value = to_value(run.verdicts.front().evidence);
  EXPECT_EQ(value.find("kind")->as_string(), "broken-properties");
  EXPECT_EQ(value.find("counts")->to_string(), R"({"lost":1})");
  const Value& finding = value.find("findings")->as_list().at(0);
  EXPECT_EQ(finding.find("property")->as_string(), "lost");
  EXPECT_EQ(finding.find("key")->as_integer(), 17);
  EXPECT_EQ(finding.find("operations")->as_list().size(), 2u);
}

}  // namespace
}  // namespace faultrig
