// raft_kv as real processes on loopback.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "checkers/history/json.hpp"
#include "targets/host/listener.hpp"
#include "tests/targets/host/process_support.hpp"

namespace faultrig::host {
namespace {

class RaftProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (program().empty()) GTEST_SKIP() << "bin/raft_kv is not built";
  }
};

Value::Map write_of(const char* key, int value) {
  return {{"type", "write"}, {"key", key}, {"value", value}};
}
Value::Map read_of(const char* key) { return {{"type", "read"}, {"key", key}}; }

TEST_F(RaftProcess, WritesThroughOneNodeAreReadThroughAnother) {
  LoopbackCluster cluster;
  EXPECT_EQ(ask_until(cluster, "n1", write_of("x", 1), "write_ok").string_or("type", ""),
            "write_ok");
  for (const std::string& node : cluster.names()) {
    EXPECT_EQ(ask_until(cluster, node, read_of("x"), "read_ok").integer_or("value", -1), 1) << node;
  }
  LineClient client("c1", cluster.port("n2"), "n2");
  EXPECT_EQ(
      client.ask({{"type", "cas"}, {"key", "x"}, {"from", 1}, {"to", 2}}).string_or("type", ""),
      "cas_ok");
  EXPECT_EQ(
      client.ask({{"type", "cas"}, {"key", "x"}, {"from", 1}, {"to", 3}}).integer_or("code", 0),
      22);
  EXPECT_EQ(client.ask(read_of("nothing")).integer_or("code", 0), 20);
}

TEST_F(RaftProcess, AllKilledAtOnceKeepWhatTheyAcknowledged) {
  LoopbackCluster cluster;
  ASSERT_EQ(ask_until(cluster, "n1", write_of("x", 7), "write_ok").string_or("type", ""),
            "write_ok");
  for (const std::string& node : cluster.names()) cluster.kill(node);
  for (const std::string& node : cluster.names()) cluster.start(node);
  EXPECT_EQ(ask_until(cluster, "n2", read_of("x"), "read_ok").integer_or("value", -1), 7);
}

TEST_F(RaftProcess, ASnapshotBringsBackANodeThatMissedMuch) {
  LoopbackCluster cluster(3, {"--snapshot-entries", "20"});
  ASSERT_EQ(ask_until(cluster, "n1", write_of("x", 0), "write_ok").string_or("type", ""),
            "write_ok");
  cluster.kill("n3");
  for (int i = 1; i <= 60; ++i) {
    ASSERT_EQ(ask_until(cluster, "n1", write_of("x", i), "write_ok").string_or("type", ""),
              "write_ok");
  }
  cluster.start("n3");
  // With n1 gone, whatever the other two answer needs n3.
  EXPECT_EQ(ask_until(cluster, "n3", read_of("x"), "read_ok").integer_or("value", -1), 60);
  cluster.kill("n1");
  EXPECT_EQ(ask_until(cluster, "n3", write_of("x", 61), "write_ok").string_or("type", ""),
            "write_ok");
  EXPECT_EQ(ask_until(cluster, "n2", read_of("x"), "read_ok").integer_or("value", -1), 61);
  EXPECT_NE(read_file(cluster.trace("n3")).find("raft.snapshot_install"), std::string::npos);
}

TEST_F(RaftProcess, GarbageOnTheSocketIsAnsweredOrIgnoredAndHarmsNobody) {
  LoopbackCluster cluster;
  ask_until(cluster, "n1", write_of("x", 1), "write_ok");
  LineClient client("c1", cluster.port("n1"), "n1");
  client.send_raw("GET / HTTP/1.1\r\n");
  const std::optional<std::string> answer = client.read_line();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(parse_json(*answer).find("body")->integer_or("code", 0), 12);
  client.send_raw(std::string("\0\xff\x80{[\n", 6));
  ASSERT_TRUE(client.read_line().has_value());
  // As a peer, everything that is no message of a peer.
  for (const char* body :
       {R"({})", R"({"type":"append_entries"})", R"({"type":"append_entries","term":"x"})",
        R"({"type":"install_snapshot","term":9999,"last_index":9,"last_term":1,"round":0})",
        R"({"type":"vote_reply","term":-1,"granted":true})"}) {
    client.send_raw(fmt::format(R"({{"src":"n2","dest":"n1","body":{}}})", body) + "\n");
  }
  client.send_raw(R"({"src":"c1","dest":"n9","body":{"type":"read","msg_id":1,"key":"x"}})"
                  "\n");
  const std::optional<std::string> wrong_node = client.read_line();
  ASSERT_TRUE(wrong_node.has_value());
  EXPECT_EQ(parse_json(*wrong_node).find("body")->integer_or("code", 0), 1);
  EXPECT_EQ(client.ask({{"type", "dance"}}).integer_or("code", 0), 10);
  EXPECT_EQ(client.ask({{"type", "write"}, {"key", 1}}).integer_or("code", 0), 12);
  EXPECT_EQ(ask_until(cluster, "n1", read_of("x"), "read_ok").integer_or("value", -1), 1);
}

TEST_F(RaftProcess, ALineBeyondTheLimitClosesTheConnectionOnly) {
  LoopbackCluster cluster;
  LineClient client("c1", cluster.port("n1"), "n1");
  client.send_raw(std::string(longest_client_line + 2, 'x'));
  EXPECT_FALSE(client.read_line().has_value());
  EXPECT_EQ(ask_until(cluster, "n1", write_of("x", 1), "write_ok").string_or("type", ""),
            "write_ok");
  EXPECT_NE(cluster.log("n1").find("a line is longer than"), std::string::npos);
}

TEST_F(RaftProcess, AskedToEndTheyEndWell) {
  LoopbackCluster cluster;
  ask_until(cluster, "n1", write_of("x", 1), "write_ok");
  for (const std::string& node : cluster.names()) EXPECT_EQ(cluster.terminate(node), "exit 0");
}

TEST_F(RaftProcess, APortThatIsTakenIsSaidSo) {
  LoopbackCluster cluster(1);
  ask_until(cluster, "n1", write_of("x", 1), "write_ok");
  Process second(cluster.command("n1"), cluster.folder() / "second.log");
  EXPECT_EQ(second.wait(), "exit 1");
  EXPECT_NE(read_file(cluster.folder() / "second.log")
                .find(fmt::format("cannot listen on 127.0.0.1:{}: Address already in use",
                                  cluster.port("n1"))),
            std::string::npos);
}

TEST_F(RaftProcess, AWrongFlagIsExitTwoWithTheNearest) {
  LoopbackCluster cluster(1);
  const auto run = [&](const std::string& flag, const std::string& value) {
    std::vector<std::string> command = cluster.command("n1");
    command.push_back(flag);
    command.push_back(value);
    std::filesystem::remove(cluster.folder() / "wrong.log");
    Process process(command, cluster.folder() / "wrong.log");
    const std::string how = process.wait();
    return how + "\n" + read_file(cluster.folder() / "wrong.log");
  };
  EXPECT_EQ(run("--bug", ""), "exit 2\nraft_kv: unknown flag `--bug`; did you mean `--bugs`?\n");
  EXPECT_EQ(run("--bugs", "raft-double-votes"),
            "exit 2\nraft_kv: unknown bug `raft-double-votes`; did you mean `raft-double-vote`?\n");
  EXPECT_EQ(run("--heartbeat-ms", "0"),
            "exit 2\nraft_kv: `--heartbeat-ms 0`: expected a whole number from 1 to 60000\n");
}

// `seq` has no gap, and a restart begins anew with host.start.
TEST_F(RaftProcess, TraceLinesAreNumberedWithoutAGap) {
  LoopbackCluster cluster;
  ask_until(cluster, "n1", write_of("x", 1), "write_ok");
  cluster.kill("n1");
  cluster.start("n1");
  ask_until(cluster, "n1", read_of("x"), "read_ok");
  for (const std::string& node : cluster.names()) EXPECT_EQ(cluster.terminate(node), "exit 0");
  std::istringstream lines(read_file(cluster.trace("n1")));
  std::int64_t seq = 0;
  int starts = 0;
  for (std::string line; std::getline(lines, line);) {
    const Value value = parse_json(line);
    if (value.string_or("event", "") == "host.start") {
      seq = 0;
      ++starts;
    }
    EXPECT_EQ(value.integer_or("seq", -1), ++seq) << line;
    EXPECT_EQ(value.string_or("node", ""), "n1");
    EXPECT_GT(value.integer_or("t", 0), 0);
  }
  EXPECT_EQ(starts, 2);
}

// With raft-no-fsync a kill of all loses what was acknowledged a moment before: what makes that
// certain is that the writes stay in the processes for a second, so those that were slow to be
// killed do not count.
TEST_F(RaftProcess, WithoutFsyncAKillOfAllLosesTheWrite) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    LoopbackCluster cluster(3, {"--bugs", "raft-no-fsync"});
    ASSERT_EQ(ask_until(cluster, "n1", write_of("x", 7), "write_ok").string_or("type", ""),
              "write_ok");
    for (const std::string& node : cluster.names()) cluster.kill(node);
    const bool was_in_time =
        std::all_of(cluster.names().begin(), cluster.names().end(), [&](const std::string& node) {
          return read_file(cluster.folder() / node / "raft.log").empty();
        });
    if (!was_in_time) continue;
    for (const std::string& node : cluster.names()) cluster.start(node);
    ask_until(cluster, "n1", write_of("y", 1), "write_ok");
    EXPECT_EQ(ask_until(cluster, "n1", read_of("x"), "error").integer_or("code", 0), 20);
    return;
  }
  GTEST_SKIP() << "this machine is too busy to kill three processes within a second";
}

}  // namespace
}  // namespace faultrig::host
