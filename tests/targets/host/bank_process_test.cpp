// bank_2pc as real processes on loopback.
#include <gtest/gtest.h>

#include "tests/targets/host/process_support.hpp"

namespace faultrig::host {
namespace {

class BankProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (program("bank_2pc").empty()) GTEST_SKIP() << "bin/bank_2pc is not built";
  }
  LoopbackCluster cluster{3, {}, "bank_2pc"};

  // Through that node, again and again until it is told.
  Value balances(const std::string& node) {
    const Value answer = ask_until(cluster, node, {{"type", "read"}}, "read_ok");
    const Value* found = answer.find("balances");
    return found == nullptr ? Value() : *found;
  }
};

Value::Map transfer(int from, int to, int amount) {
  return {{"type", "transfer"}, {"from", from}, {"to", to}, {"amount", amount}};
}

const Value moved = Value::map(
    {{"0", 8}, {"1", 18}, {"2", 13}, {"3", 13}, {"4", 12}, {"5", 12}, {"6", 12}, {"7", 12}});

TEST_F(BankProcess, MoneyMovedThroughOneNodeIsSeenThroughAnother) {
  ASSERT_EQ(ask_until(cluster, "n3", transfer(0, 1, 5), "transfer_ok").string_or("type", ""),
            "transfer_ok");
  for (const std::string& node : cluster.names()) EXPECT_EQ(balances(node), moved) << node;
  LineClient client("c1", cluster.port("n2"), "n2");
  EXPECT_EQ(client.ask(transfer(0, 1, 9)).integer_or("code", 0), 22);
  EXPECT_EQ(client.ask(transfer(0, 80, 1)).integer_or("code", 0), 20);
  EXPECT_EQ(client.ask(transfer(0, 1, -1)).integer_or("code", 0), 12);
  EXPECT_EQ(balances("n1"), moved);
}

TEST_F(BankProcess, AllKilledAtOnceKeepWhatTheyAcknowledged) {
  ASSERT_EQ(ask_until(cluster, "n3", transfer(0, 1, 5), "transfer_ok").string_or("type", ""),
            "transfer_ok");
  for (const std::string& node : cluster.names()) cluster.kill(node);
  for (const std::string& node : cluster.names()) cluster.start(node);
  EXPECT_EQ(balances("n2"), moved);
  EXPECT_NE(read_file(cluster.trace("n1")).find("\"life\":2"), std::string::npos);
}

TEST_F(BankProcess, ATransferWithoutItsParticipantIsAbortedForCertain) {
  ASSERT_EQ(balances("n1").is_map(), true);
  cluster.kill("n2");
  LineClient client("c1", cluster.port("n3"), "n3");
  EXPECT_EQ(client.ask(transfer(0, 1, 5)).integer_or("code", 0), 30);
  cluster.start("n2");
  ASSERT_EQ(ask_until(cluster, "n3", transfer(0, 1, 5), "transfer_ok").string_or("type", ""),
            "transfer_ok");
  EXPECT_EQ(balances("n2"), moved) << "the first took effect after all";
  EXPECT_EQ(cluster.terminate("n1"), "exit 0");
}

}  // namespace
}  // namespace faultrig::host
