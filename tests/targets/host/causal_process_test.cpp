// causal_kv as real processes on loopback.
#include <gtest/gtest.h>

#include "tests/targets/host/process_support.hpp"

namespace faultrig::host {
namespace {

class CausalProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (program("causal_kv").empty()) GTEST_SKIP() << "bin/causal_kv is not built";
  }
};

Value::Map write_of(const char* key, int value) {
  return {{"type", "write"}, {"key", key}, {"value", value}};
}
Value::Map read_of(const char* key) { return {{"type", "read"}, {"key", key}}; }

std::string type_of(const Value& answer) { return answer.string_or("type", ""); }

TEST_F(CausalProcess, WritesThroughOneNodeAreReadThroughTheOthersSoonAfter) {
  LoopbackCluster cluster(3, {}, "causal_kv");
  EXPECT_EQ(type_of(ask_until(cluster, "n1", write_of("x", 1), "write_ok")), "write_ok");
  for (const std::string& node : cluster.names()) {
    EXPECT_EQ(ask_until(cluster, node, read_of("x"), "read_ok").integer_or("value", -1), 1) << node;
  }
  LineClient client("c1", cluster.port("n2"), "n2");
  EXPECT_EQ(
      client.ask({{"type", "cas"}, {"key", "x"}, {"from", 1}, {"to", 2}}).integer_or("code", 0),
      10);
  EXPECT_EQ(client.ask(read_of("nothing")).integer_or("code", 0), 20);
}

TEST_F(CausalProcess, ANodeAloneServesAndAllKilledAtOnceKeepWhatTheyAcknowledged) {
  LoopbackCluster cluster(3, {}, "causal_kv");
  cluster.kill("n2");
  cluster.kill("n3");
  ASSERT_EQ(type_of(ask_until(cluster, "n1", write_of("x", 7), "write_ok")), "write_ok");
  cluster.kill("n1");
  for (const std::string& node : cluster.names()) cluster.start(node);
  EXPECT_EQ(ask_until(cluster, "n1", read_of("x"), "read_ok").integer_or("value", -1), 7);
  // What nobody else had received, an exchange brings.
  EXPECT_EQ(ask_until(cluster, "n3", read_of("x"), "read_ok").integer_or("value", -1), 7);
  EXPECT_NE(read_file(cluster.trace("n3")).find("causal.catch_up"), std::string::npos);
}

TEST_F(CausalProcess, TheFileOfAnotherClusterEndsTheNodeWithItsReason) {
  LoopbackCluster cluster(1, {}, "causal_kv");
  ASSERT_EQ(type_of(ask_until(cluster, "n1", write_of("x", 7), "write_ok")), "write_ok");
  EXPECT_EQ(cluster.terminate("n1"), "exit 0");
  std::vector<std::string> command = cluster.command("n1");
  for (std::string& word : command) {
    if (word.starts_with("n1=")) word += ",n2=127.0.0.1:1";
  }
  Process node(command, cluster.folder() / "other.log");
  EXPECT_EQ(node.wait(), "exit 1");
  EXPECT_NE(read_file(cluster.folder() / "other.log").find("is of a cluster of 1 nodes"),
            std::string::npos);
}

}  // namespace
}  // namespace faultrig::host
