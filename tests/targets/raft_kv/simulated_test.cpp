#include "targets/raft_kv/simulated.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace faultrig::raft_kv {
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

TEST(SimulatedTarget, MakesNodesFromTheManifestsNames) {
  const SimulatedTarget target = simulated_target();
  EXPECT_EQ(target.name, "raft_kv");
  const NodeSettings settings{{"raft-no-fsync"},
                              {{"election_min_ms", 300},
                               {"election_max_ms", 400},
                               {"snapshot_entries", 8},
                               {"reads", "lease"}}};
  const std::unique_ptr<Node> node = target.make_node(settings);
  Effects effects;
  node->step(NodeTime(0), Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)}, effects);
  EXPECT_EQ(node->describe(), "follower term=0 commit=0 last=0 leader=?");
  EXPECT_TRUE(target.make_observer(settings)->violations().empty());
}

TEST(SimulatedTarget, RefusesWhatTheProgramWouldRefuse) {
  EXPECT_EQ(refusal({{"raft-no-fsink"}, {}}),
            "unknown bug `raft-no-fsink`; did you mean `raft-no-fsync`?");
  EXPECT_EQ(refusal({{}, {{"heartbeat_m", 5}}}),
            "raft_kv has no option `heartbeat_m`; did you mean `heartbeat_ms`?");
  EXPECT_EQ(refusal({{}, {{"heartbeat_ms", 0}}}),
            "`heartbeat_ms = 0`: expected a whole number from 1 to 60000");
  EXPECT_EQ(refusal({{}, {{"heartbeat_ms", "5"}}}),
            "`heartbeat_ms = \"5\"`: expected a whole number from 1 to 60000");
  EXPECT_NE(refusal({{}, {{"heartbeat_ms", 150}}}).find("not below"), std::string::npos);
  EXPECT_EQ(refusal({{}, {{"reads", "leese"}}}),
            "unknown way of reading `leese`; did you mean `lease`?");
}

}  // namespace
}  // namespace faultrig::raft_kv
