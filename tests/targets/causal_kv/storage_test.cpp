#include "targets/causal_kv/storage.hpp"

#include <gtest/gtest.h>

#include "harness/random.hpp"
#include "tests/targets/causal_kv/test_cluster_support.hpp"

namespace faultrig::causal_kv {
namespace {

WriteLog log_of_three() {
  WriteLog log(2);
  for (Sequence sequence = 1; sequence <= 3; ++sequence) {
    const NodeIndex origin = sequence == 2 ? 1 : 0;
    VectorClock after = log.clock();
    const Sequence own = after[origin] + 1;
    log.append(std::make_shared<const Write>(origin, own, log.latest_stamp() + 1, after, "x",
                                             Value::list({sequence})));
  }
  return log;
}

TEST(CausalStorage, WhatWasWrittenIsRecovered) {
  const WriteLog log = log_of_three();
  const Recovered recovered = recover(encode_file(log), 2);
  EXPECT_FALSE(recovered.torn || recovered.other_cluster);
  ASSERT_EQ(recovered.log.size(), 3u);
  for (std::size_t place = 0; place < 3; ++place) {
    EXPECT_EQ(to_value(*recovered.log.at(place)), to_value(*log.at(place)));
    EXPECT_EQ(recovered.log.at(place)->digest, log.at(place)->digest);
  }
  EXPECT_EQ(recovered.log.clock(), log.clock());
  EXPECT_EQ(recover("", 2).log.size(), 0u);
}

// Cut anywhere, the file gives a beginning of what was written, and says where it stopped.
TEST(CausalStorage, AnyTornTailGivesTheRecordsBeforeIt) {
  const std::string whole = encode_file(log_of_three());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Recovered recovered = recover(std::string_view(whole).substr(0, length), 2);
    EXPECT_FALSE(recovered.other_cluster);
    EXPECT_LT(recovered.log.size(), 3u);
    if (!recovered.torn) continue;
    EXPECT_EQ(recovered.torn->at + recovered.torn->bytes, length);
    EXPECT_FALSE(recover(whole.substr(0, recovered.torn->at), 2).torn.has_value());
  }
}

TEST(CausalStorage, AFlippedBitIsFound) {
  const std::string whole = encode_file(log_of_three());
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string flipped = whole;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 0x10);
    ASSERT_TRUE(recover(flipped, 2).torn.has_value()) << "byte " << byte;
  }
}

TEST(CausalStorage, RandomBytesNeverHurt) {
  Random random(7);
  for (int i = 0; i < 500; ++i) {
    std::string bytes;
    for (std::uint64_t length = random.below(200); length > 0; --length) {
      bytes += static_cast<char>(random.below(random.chance({1, 2}) ? 4 : 256));
    }
    EXPECT_EQ(recover(bytes, 2).log.size(), 0u);
  }
}

// Right checksums around numbers that would overflow with the next one.
TEST(CausalStorage, NumbersThatNoNodeWritesEndTheReading) {
  VectorClock after(2);
  const auto record = [&](NodeIndex origin, Sequence sequence, Stamp stamp) {
    std::string bytes;
    append_write(bytes, Write(origin, sequence, stamp, after, "x", 1));
    return bytes;
  };
  EXPECT_FALSE(recover(record(0, 1, 1), 2).torn);
  for (const std::string& bad :
       {record(2, 1, 1), record(0, 0, 1), record(0, 1, 0), record(0, largest_number + 1, 1),
        record(0, 1, largest_number + 1)}) {
    EXPECT_TRUE(recover(bad, 2).torn);
  }
}

// What is appended behind a torn record could never be read again, so the node rewrites the file.
TEST(CausalStorage, ANodeWithATornTailSaysSoAndGoesOnFromACleanFile) {
  TestCluster cluster({.nodes = 1, .config = {}, .bugs = {}, .seed = 1});
  const auto write = [&](int value) {
    cluster.request("c1", "n1", {{"type", "write"}, {"key", "x"}, {"value", value}});
  };
  write(1);
  cluster.crash("n1");
  cluster.set_disk("n1", cluster.disk_of("n1") + "torn");
  cluster.restart("n1");
  EXPECT_EQ(cluster.happenings().back().what, "causal.torn_tail");
  EXPECT_EQ(cluster.happenings().back().fields.integer_or("bytes", -1), 4);
  write(2);
  EXPECT_EQ(cluster.happenings().back().what, "write_ok");
  cluster.crash("n1");
  const Recovered recovered = recover(cluster.disk_of("n1"), 1);
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.log.size(), 2u);
}

// Started with another list of nodes: the clocks in the file would mean something else.
TEST(CausalStorage, TheFileOfAnotherClusterIsRefusedAndKept) {
  const std::string file = encode_file(log_of_three());
  EXPECT_EQ(recover(file, 3).other_cluster, 2u);
  CausalNode node;
  Effects effects;
  const Start start{"n1", {"n1", "n2", "n3"}, {{log_file_name, file}}, Random(1)};
  EXPECT_THROW(node.step(NodeTime(0), start, effects), std::runtime_error);
  EXPECT_TRUE(effects.all().empty());
}

}  // namespace
}  // namespace faultrig::causal_kv
