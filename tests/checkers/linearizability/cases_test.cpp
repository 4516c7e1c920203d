// Every drawing in cases/ is judged; below its line of dashes stand the verdict and, where it is
// invalid, how many operations the core has (`invalid core=3`). Adding a case is adding a file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/history/json.hpp"
#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"

namespace faultrig {
namespace {

const std::filesystem::path cases =
    std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/checkers/linearizability/cases";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class LinearizabilityCase : public ::testing::TestWithParam<std::string> {};

TEST_P(LinearizabilityCase, is_judged_as_drawn) {
  const std::filesystem::path path = cases / (GetParam() + ".txt");
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const Timeline timeline = parse_timeline(text.str(), path.filename().string());
  ASSERT_EQ(timeline.checker, "linearizable");
  Value initial;
  if (auto given = timeline.options.find("initial"); given != timeline.options.end()) {
    initial = parse_json(given->second);
  }
  const auto checker = make_linearizability_checker(timeline.options.at("model"), initial);
  const Verdict verdict = checker->check(timeline.history, {});
  std::string found(to_string(verdict.validity));
  std::string core;
  if (const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence)) {
    found += fmt::format(" core={}", evidence->core.size());
    core = draw_timeline(evidence->core);
    EXPECT_TRUE(evidence->core_is_minimal);
    EXPECT_FALSE(evidence->refused.empty());
  }
  EXPECT_EQ(found, timeline.expected)
      << core << (verdict.reasons.empty() ? "" : verdict.reasons[0]);
}

INSTANTIATE_TEST_SUITE_P(Drawings, LinearizabilityCase, ::testing::ValuesIn(case_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace faultrig
