#include "reports/cycle_graph.hpp"

#include <gtest/gtest.h>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

NotCausal broken(std::string_view drawing) {
  const History history = parse_timeline(drawing).history;
  const Verdict verdict = make_causal_checker(CausalLevel::causal, 0)->check(history, {});
  return std::get<NotCausal>(verdict.evidence);
}

TEST(CycleGraph, shows_every_operation_of_the_circle_and_every_reason) {
  const NotCausal evidence = broken(
      "p0  |--write 1--|\n"
      "p1                 |--read 1--|  |--write 2--|\n"
      "p2                                              |--read 2--|  |--read 0--|\n");
  ASSERT_FALSE(evidence.cycle.empty());
  const std::string svg = cycle_graph(evidence);
  EXPECT_TRUE(svg.starts_with("<svg")) << svg;
  EXPECT_NE(svg.find("#1 write 2"), std::string::npos) << svg;
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  std::size_t edges = 0;
  for (std::size_t at = svg.find("class=\"edge\""); at != std::string::npos;
       at = svg.find("class=\"edge\"", at + 1)) {
    ++edges;
  }
  EXPECT_EQ(edges, evidence.cycle.size());
}

TEST(CycleGraph, is_nothing_without_a_circle) { EXPECT_EQ(cycle_graph({}), ""); }

// What stands in labels is text, whatever it looks like.
TEST(CycleGraph, takes_any_value) {
  NotCausal evidence;
  Operation operation;
  operation.f = "write";
  operation.input = Value("<b>\\N & \"quoted\" \xc3\xa9");
  evidence.operations = {operation, operation};
  evidence.links = {{0, 1, NotCausal::Reason::session_order, std::nullopt},
                    {1, 0, NotCausal::Reason::session_order, std::nullopt}};
  evidence.cycle = {0, 1};
  const std::string svg = cycle_graph(evidence);
  EXPECT_NE(svg.find("&lt;b&gt;"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
}

}  // namespace
}  // namespace faultrig
