#include "targets/dynamo/simulated.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace faultrig::dynamo {
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

TEST(DynamoSimulatedTarget, MakesNodesFromTheManifestsNames) {
  const SimulatedTarget target = simulated_target();
  EXPECT_EQ(target.name, "dynamo");
  const NodeSettings settings{{"dynamo-hint-volatile"},
                              {{"n", 2}, {"r", 1}, {"w", 1}, {"conflict", "siblings"}}};
  const std::unique_ptr<Node> node = target.make_node(settings);
  Effects effects;
  node->step(NodeTime(0), Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)}, effects);
  EXPECT_EQ(node->describe(), "keys=0 hints=0 operations=0 graves=0 clock=0 members=3 of 3");
  EXPECT_TRUE(target.make_observer(settings)->violations().empty());
}

TEST(DynamoSimulatedTarget, RefusesWhatTheProgramWouldRefuse) {
  EXPECT_EQ(refusal({{"dynamo-hint-volatil"}, {}}),
            "unknown bug `dynamo-hint-volatil`; did you mean `dynamo-hint-volatile`?");
  EXPECT_EQ(refusal({{}, {{"sync_m", 5}}}),
            "dynamo has no option `sync_m`; did you mean `sync_ms`?");
  EXPECT_EQ(refusal({{}, {{"n", 0}}}), "`n = 0`: expected a whole number from 1 to 1024");
  EXPECT_EQ(refusal({{}, {{"conflict", "sibling"}}}),
            "unknown conflict rule `sibling`; did you mean `siblings`?");
}

TEST(DynamoSimulatedTarget, RefusesQuorumsThatCannotBe) {
  EXPECT_EQ(refusal({{}, {{"n", 3}, {"r", 4}}}).substr(0, 23), "r = 4 is more than n = ");
  EXPECT_EQ(refusal({{}, {{"n", 1}, {"r", 1}, {"w", 2}}}).substr(0, 23), "w = 2 is more than n = ");
  const std::unique_ptr<Node> node = simulated_target().make_node({{}, {{"n", 4}}});
  Effects effects;
  EXPECT_THROW(node->step(NodeTime(0), Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)}, effects),
               UsageError);
}

}  // namespace
}  // namespace faultrig::dynamo
