#include "targets/dynamo/storage.hpp"

#include <gtest/gtest.h>

#include "tests/targets/dynamo/test_cluster_support.hpp"

namespace faultrig::dynamo {
namespace {

Versions version(Counter counter, Stamp stamp, std::optional<Value> value) {
  return Versions(std::make_shared<const Version>(Dot{1024, counter}, Context(), stamp, value));
}

std::string a_file() {
  std::string out;
  append_identity(out, {3, 4, 10});
  Members members(3);
  members.set(2, false);
  append_members(out, members);
  append_entry(out, "x", version(1, 11, 5));
  append_entry(out, "y", version(1, 12, std::nullopt));
  append_hint(out, {2, "x"}, version(1, 11, 5));
  append_hint(out, {1, "x"}, version(1, 11, 5));
  append_entry(out, "x", version(2, 30, 6));
  append_hint(out, {1, "x"}, Versions());
  return out;
}

TEST(DynamoStorage, TheLastRecordOfAThingCounts) {
  const Recovered recovered = recover(a_file(), 3);
  EXPECT_FALSE(recovered.torn || recovered.other_cluster);
  EXPECT_EQ(recovered.records, 8u);
  EXPECT_EQ(recovered.identity.life, 4);
  EXPECT_EQ(recovered.identity.clock, 30);
  EXPECT_FALSE(recovered.members.has(2));
  ASSERT_EQ(recovered.entries.size(), 2u);
  EXPECT_EQ(recovered.entries.at("x"), version(2, 30, 6));
  EXPECT_TRUE(recovered.entries.at("y").is_deleted());
  ASSERT_EQ(recovered.hints.size(), 1u);
  EXPECT_EQ(recovered.hints.at({2, "x"}), version(1, 11, 5));
  EXPECT_TRUE(recover("", 3).entries.empty());
}

TEST(DynamoStorage, AnyTornTailGivesTheRecordsBeforeIt) {
  const std::string whole = a_file();
  std::size_t last = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Recovered recovered = recover(std::string_view(whole).substr(0, length), 3);
    EXPECT_FALSE(recovered.other_cluster);
    EXPECT_GE(recovered.records, last);
    EXPECT_LT(recovered.records, 8u);
    last = recovered.records;
    if (!recovered.torn) continue;
    EXPECT_EQ(recovered.torn->at + recovered.torn->bytes, length);
    EXPECT_FALSE(recover(whole.substr(0, recovered.torn->at), 3).torn.has_value());
  }
}

TEST(DynamoStorage, AFlippedBitIsFound) {
  const std::string whole = a_file();
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string flipped = whole;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 0x10);
    ASSERT_TRUE(recover(flipped, 3).torn.has_value()) << "byte " << byte;
  }
}

TEST(DynamoStorage, TheFileOfAnotherClusterIsRefusedAndKept) {
  EXPECT_EQ(recover(a_file(), 4).other_cluster, 3u);
  DynamoNode node;
  Effects effects;
  const Start start{"n1", {"n1", "n2", "n3", "n4"}, {{file_name, a_file()}}, Random(1)};
  EXPECT_THROW(node.step(NodeTime(0), start, effects), std::runtime_error);
  EXPECT_TRUE(effects.all().empty());
}

void write_and_settle(TestCluster& cluster, int value) {
  cluster.request("c1", "n1", {{"type", "write"}, {"key", "x"}, {"value", value}});
  cluster.settle();
}

// What is appended behind a torn record could never be read again, so the node rewrites the file.
TEST(DynamoStorage, ANodeWithATornTailSaysSoAndGoesOnFromACleanFile) {
  TestCluster cluster({.nodes = 3, .config = {}, .bugs = {}, .seed = 1});
  write_and_settle(cluster, 1);
  cluster.crash("n1");
  cluster.set_disk("n1", cluster.disk_of("n1") + "torn");
  cluster.restart("n1");
  EXPECT_EQ(cluster.happenings().back().what, "dynamo.torn_tail");
  write_and_settle(cluster, 2);
  EXPECT_EQ(cluster.happenings().back().what, "write_ok");
  cluster.crash("n1");
  const Recovered recovered = recover(cluster.disk_of("n1"), 3);
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.entries.at("x").values(), std::vector<Value>{2});
  EXPECT_EQ(recovered.identity.life, 2);
}

// A file of old records is written anew; nothing is lost by it.
TEST(DynamoStorage, ALongFileIsWrittenAnew) {
  TestCluster cluster({.nodes = 3, .config = {}, .bugs = {}, .seed = 1});
  std::size_t longest = 0;
  for (int value = 1; value <= 1500; ++value) {
    write_and_settle(cluster, value);
    longest = std::max(longest, cluster.disk_of("n1").size());
  }
  EXPECT_LT(cluster.disk_of("n1").size(), longest);
  cluster.crash("n1");
  cluster.restart("n1");
  EXPECT_EQ(recover(cluster.disk_of("n1"), 3).entries.at("x").values(), std::vector<Value>{1500});
  EXPECT_TRUE(cluster.observer().violations().empty());
}

}  // namespace
}  // namespace faultrig::dynamo
