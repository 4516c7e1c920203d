// Every drawing in cases/ is judged by the checker that it names; below its line of dashes stand
// the verdict and its reasons, one a line. Adding a case is adding a file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/catalog.hpp"

namespace faultrig {
namespace {

const std::filesystem::path cases =
    std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/checkers/invariants/cases";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Timeline drawing(const std::string& name) {
  const std::filesystem::path path = cases / (name + ".txt");
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return parse_timeline(text.str(), path.filename().string());
}

Promise promise_of(const Timeline& timeline) {
  const auto given = timeline.options.find("promise");
  if (given == timeline.options.end()) return Promise::customary;
  return given->second == "eventual" ? Promise::eventual : Promise::linearizable;
}

class InvariantCase : public ::testing::TestWithParam<std::string> {};

TEST_P(InvariantCase, is_judged_as_drawn) {
  const Timeline timeline = drawing(GetParam());
  const auto checker = make_invariant_checker(timeline.checker, promise_of(timeline));
  ASSERT_NE(checker, nullptr) << timeline.checker;
  const Verdict verdict = checker->check(timeline.history, {});
  std::string found(to_string(verdict.validity));
  for (const std::string& reason : verdict.reasons) found += "\n" + reason;
  EXPECT_EQ(found, timeline.expected);
  const auto* evidence = std::get_if<BrokenProperties>(&verdict.evidence);
  ASSERT_EQ(evidence != nullptr, verdict.validity == Validity::invalid);
  if (evidence == nullptr) return;
  EXPECT_EQ(evidence->counts.size(), verdict.reasons.size());
  for (const auto& finding : evidence->findings) {
    ASSERT_FALSE(finding.operations.empty());
    if (evidence->stands_alone_for.empty()) continue;
    const Verdict alone = checker->check(history_of(finding.operations), {});
    EXPECT_EQ(alone.validity, Validity::invalid) << finding.words;
  }
}

INSTANTIATE_TEST_SUITE_P(Drawings, InvariantCase, ::testing::ValuesIn(case_names()),
                         [](const auto& instance) { return instance.param; });

TEST(InvariantCatalog, every_checker_has_a_valid_and_an_invalid_case) {
  std::set<std::pair<std::string, std::string>> drawn;
  for (const std::string& name : case_names()) {
    const Timeline timeline = drawing(name);
    drawn.emplace(timeline.checker, timeline.expected.substr(0, timeline.expected.find('\n')));
  }
  for (const InvariantDescription& checker : invariant_catalog()) {
    EXPECT_TRUE(drawn.contains({checker.name, "valid"})) << checker.name;
    EXPECT_TRUE(drawn.contains({checker.name, "invalid"})) << checker.name;
  }
  EXPECT_EQ(make_invariant_checker("set-ful"), nullptr);
  EXPECT_NE(make_invariant_checker("set_full"), nullptr);
}

}  // namespace
}  // namespace faultrig
