#include "targets/causal_kv/simulated.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace faultrig::causal_kv {
namespace {

std::string refusal(const NodeSettings& settings) {
  std::string first;
  try {
    simulated_target().make_node(settings);
  } catch (const UsageError& error) {
    first = error.what();
  }
  EXPECT_EQ(first.empty(), false);
  EXPECT_THROW(simulated_target().make_observer(settings), UsageError);
  return first;
}

TEST(CausalSimulatedTarget, MakesNodesFromTheManifestsNames) {
  const SimulatedTarget target = simulated_target();
  EXPECT_EQ(target.name, "causal_kv");
  const NodeSettings settings{{"cb-no-buffer"}, {{"sync_ms", 20}, {"batch_writes", 8}}};
  const std::unique_ptr<Node> node = target.make_node(settings);
  Effects effects;
  node->step(NodeTime(0), Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)}, effects);
  EXPECT_EQ(node->describe(), "clock=[0,0,0] shown=0 of 0 buffered=0");
  EXPECT_TRUE(target.make_observer(settings)->violations().empty());
}

TEST(CausalSimulatedTarget, RefusesWhatTheProgramWouldRefuse) {
  EXPECT_EQ(refusal({{"cb-no-bufer"}, {}}),
            "unknown bug `cb-no-bufer`; did you mean `cb-no-buffer`?");
  EXPECT_EQ(refusal({{}, {{"sync_m", 5}}}),
            "causal_kv has no option `sync_m`; did you mean `sync_ms`?");
  EXPECT_EQ(refusal({{}, {{"sync_ms", 0}}}),
            "`sync_ms = 0`: expected a whole number from 1 to 600000");
  EXPECT_EQ(refusal({{}, {{"sync_ms", "5"}}}),
            "`sync_ms = \"5\"`: expected a whole number from 1 to 600000");
}

}  // namespace
}  // namespace faultrig::causal_kv
