#include "targets/bank_2pc/simulated.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace faultrig::bank_2pc {
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

TEST(BankSimulatedTarget, MakesNodesFromTheManifestsNames) {
  const SimulatedTarget target = simulated_target();
  EXPECT_EQ(target.name, "bank_2pc");
  EXPECT_GT(target.rest.count(), 0);
  const NodeSettings settings{{"tpc-read-no-lock"}, {{"accounts", 3}, {"doubt_ms", 300}}};
  const std::unique_ptr<Node> node = target.make_node(settings);
  Effects effects;
  node->step(NodeTime(0), Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)}, effects);
  EXPECT_EQ(node->describe(), "life=1 coordinates=0 reads=0 prepared=0 waiting=0");
  EXPECT_TRUE(target.make_observer(settings)->violations().empty());
}

TEST(BankSimulatedTarget, RefusesWhatTheProgramWouldRefuse) {
  EXPECT_EQ(refusal({{"tpc-read-no-look"}, {}}),
            "unknown bug `tpc-read-no-look`; did you mean `tpc-read-no-lock`?");
  EXPECT_EQ(refusal({{}, {{"account", 5}}}),
            "bank_2pc has no option `account`; did you mean `accounts`?");
  EXPECT_EQ(refusal({{}, {{"accounts", 0}}}),
            "`accounts = 0`: expected a whole number from 1 to 10000");
  EXPECT_EQ(refusal({{}, {{"total", "5"}}}),
            "`total = \"5\"`: expected a whole number from 0 to 1000000000000");
  EXPECT_NE(refusal({{}, {{"resend_ms", 700}}}).find("is above --request-ms 500"),
            std::string::npos);
}

}  // namespace
}  // namespace faultrig::bank_2pc
