// Trace invariants on traces drawn by hand: tests/targets/*/traces, a file a case.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "targets/bank_2pc/trace_invariants.hpp"
#include "targets/raft_kv/trace_invariants.hpp"
#include "tests/targets/scenario_support.hpp"
#include "tests/targets/trace_drawing_support.hpp"

namespace faultrig {
namespace {

struct Case {
  std::string folder;
  std::string name;
};

MakeTraceObserver observer_of(const Case& drawn) {
  if (drawn.folder.starts_with("bank")) {
    return [] { return std::make_unique<bank_2pc::TraceInvariants>(); };
  }
  return [] { return std::make_unique<raft_kv::TraceInvariants>(); };
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const std::string folder : {"bank_2pc/traces", "raft_kv/traces"}) {
    for (const std::string& name : scenario_names(folder)) cases.push_back({folder, name});
  }
  return cases;
}

class TraceDrawings : public testing::TestWithParam<Case> {
 protected:
  TraceDrawing drawing = read_trace_drawing(scenario_text(GetParam().folder, GetParam().name));
  MakeTraceObserver make = observer_of(GetParam());
};

TEST_P(TraceDrawings, are_judged_as_written) {
  EXPECT_EQ(judge_trace(make, drawing.lines), drawing.expected);
}

// The order in which nodes are read is an accident.
TEST_P(TraceDrawings, mean_the_same_node_by_node) {
  const auto is_mark = [](const TraceEvent& line) { return line.node.empty(); };
  if (std::any_of(drawing.lines.begin(), drawing.lines.end(), is_mark)) return;
  for (const bool last_first : {false, true}) {
    std::vector<TraceEvent> lines = drawing.lines;
    std::stable_sort(lines.begin(), lines.end(), [&](const TraceEvent& a, const TraceEvent& b) {
      return last_first ? a.node > b.node : a.node < b.node;
    });
    const std::string judged = judge_trace(make, lines);
    EXPECT_EQ(judged == "holds", drawing.expected == "holds") << judged;
  }
}

// A line that is missing hides and never accuses. Not the last one of a life: what it tells of was
// never done (targets/host/trace_file.hpp).
TEST_P(TraceDrawings, accuse_nobody_when_a_line_is_lost) {
  if (drawing.expected != "holds") return;
  for (std::size_t lost = 0; lost < drawing.lines.size(); ++lost) {
    const NodeName node = drawing.lines[lost].node;
    const auto next = std::find_if(drawing.lines.begin() + static_cast<std::ptrdiff_t>(lost) + 1,
                                   drawing.lines.end(),
                                   [&](const TraceEvent& line) { return line.node == node; });
    if (node.empty() || next == drawing.lines.end() || next->event == life_begins) continue;
    std::vector<TraceEvent> lines = drawing.lines;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(lost));
    EXPECT_EQ(judge_trace(make, lines), "holds") << "without line " << lost;
  }
}

INSTANTIATE_TEST_SUITE_P(all, TraceDrawings, testing::ValuesIn(all_cases()), [](const auto& each) {
  std::string name = each.param.folder + "_" + each.param.name;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace faultrig
