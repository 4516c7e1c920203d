// Every drawing in cases/ is judged at every level; below its line of dashes stand the levels that
// hold, and for each broken one the pattern and how many operations its evidence names; or why the
// history is refused. Adding a case is adding a file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/timeline.hpp"
#include "tests/checkers/causal/causal_twin_support.hpp"

namespace faultrig {
namespace {

const std::filesystem::path cases =
    std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/checkers/causal/cases";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string found_in(const Timeline& timeline) {
  Value initial;
  if (auto given = timeline.options.find("initial"); given != timeline.options.end()) {
    initial = parse_json(given->second);
  }
  std::vector<CausalRung> rungs = climb_causal_ladder(timeline.history, initial, {});
  std::reverse(rungs.begin(), rungs.end());
  std::string holding, broken;
  for (const CausalRung& rung : rungs) {
    if (rung.verdict.validity == Validity::unknown) return "unknown: " + rung.verdict.reasons[0];
    if (rung.verdict.validity == Validity::valid) {
      holding += fmt::format(" {}", to_string(rung.level));
      continue;
    }
    const auto& evidence = std::get<NotCausal>(rung.verdict.evidence);
    EXPECT_EQ(testing::flaw_of(evidence, timeline.history.operations()), "");
    broken += fmt::format("\nbroken: {}, {}, {} operations", to_string(rung.level),
                          evidence.pattern, evidence.operations.size());
  }
  return "holds:" + (holding.empty() ? " nothing" : holding) + broken;
}

class CausalCase : public ::testing::TestWithParam<std::string> {};

TEST_P(CausalCase, is_judged_as_drawn) {
  const std::filesystem::path path = cases / (GetParam() + ".txt");
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const Timeline timeline = parse_timeline(text.str(), path.filename().string());
  ASSERT_EQ(timeline.checker, "causal");
  EXPECT_EQ(found_in(timeline), timeline.expected);
}

INSTANTIATE_TEST_SUITE_P(Drawings, CausalCase, ::testing::ValuesIn(case_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace faultrig
