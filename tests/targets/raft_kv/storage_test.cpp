#include "targets/raft_kv/storage.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "harness/node/crc32c.hpp"
#include "harness/random.hpp"
#include "tests/targets/raft_kv/test_cluster_support.hpp"

namespace faultrig::raft_kv {
namespace {

Entry entry(Term term, int number) { return {term, Value::map({{"number", number}})}; }

std::string file_of_three() {
  return encode_state({2, "n1"}) + encode_entry(1, entry(1, 1)) + encode_entry(2, entry(1, 2)) +
         encode_entry(3, entry(2, 3));
}

// RFC 3720, appendix B.4, and the usual check string.
TEST(Crc32c, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Storage, WhatWasWrittenIsRecovered) {
  const Recovered recovered = recover(file_of_three());
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.hard_state, (HardState{2, "n1"}));
  ASSERT_EQ(recovered.log.last_index(), 3);
  EXPECT_EQ(recovered.log.at(2), entry(1, 2));
}

TEST(Storage, AnEmptyFileIsAFreshNode) {
  const Recovered recovered = recover("");
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.hard_state, (HardState{0, ""}));
  EXPECT_EQ(recovered.log.last_index(), 0);
}

TEST(Storage, AnEntryThatIsThereAlreadyCutsTheLog) {
  const Recovered recovered = recover(file_of_three() + encode_entry(2, entry(3, 9)));
  EXPECT_EQ(recovered.log.last_index(), 2);
  EXPECT_EQ(recovered.log.at(2), entry(3, 9));
  EXPECT_EQ(recovered.hard_state.term, 3) << "a term is promised with its first entry";
}

TEST(Storage, ASnapshotIsTheBaseOfTheLog) {
  Log log(7, 3);
  log.append(entry(4, 8));
  const Snapshot snapshot{7, 3, Value::map({{"a", 1}})};
  const Recovered recovered = recover(encode_file({5, ""}, snapshot, log));
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.snapshot.last_index, 7);
  EXPECT_EQ(recovered.snapshot.state, snapshot.state);
  EXPECT_EQ(recovered.log.base_term(), 3);
  EXPECT_EQ(recovered.log.last_index(), 8);
}

// Cut anywhere, the file gives a beginning of what was written, and says where it stopped.
TEST(Storage, AnyTornTailGivesTheRecordsBeforeIt) {
  const std::string whole = file_of_three();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Recovered recovered = recover(std::string_view(whole).substr(0, length));
    for (Index index = 1; index <= recovered.log.last_index(); ++index) {
      EXPECT_EQ(recovered.log.at(index).command.integer_or("number", -1), index);
    }
    if (recovered.torn) {
      EXPECT_EQ(recovered.torn->at + recovered.torn->bytes, length);
      EXPECT_FALSE(recover(whole.substr(0, recovered.torn->at)).torn.has_value());
    }
  }
}

TEST(Storage, AFlippedBitIsFoundOrHarmless) {
  const std::string whole = file_of_three();
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string flipped = whole;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 0x10);
    const Recovered recovered = recover(flipped);
    ASSERT_TRUE(recovered.torn.has_value()) << "byte " << byte;
    EXPECT_LE(recovered.torn->at, byte);
  }
}

TEST(Storage, RandomBytesNeverHurt) {
  Random random(7);
  for (int i = 0; i < 500; ++i) {
    std::string bytes;
    for (std::uint64_t length = random.below(200); length > 0; --length) {
      bytes += static_cast<char>(random.below(random.chance({1, 2}) ? 4 : 256));
    }
    const Recovered recovered = recover(bytes);
    EXPECT_EQ(recovered.log.last_index(), 0);
  }
}

// Right checksums around numbers that would overflow with the next entry or the next term.
TEST(Storage, NumbersThatNoNodeWritesEndTheReading) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::string good = file_of_three();
  const std::vector<std::string> bad = {
      encode_state({most, "n1"}),
      encode_snapshot({most, 2, Value::map({})}),
      encode_snapshot({4, most, Value::map({})}),
      encode_entry(4, entry(most, 4)),
      encode_entry(most, entry(2, 4)),
  };
  for (const std::string& record : bad) {
    const Recovered recovered = recover(good + record + encode_entry(4, entry(2, 4)));
    ASSERT_TRUE(recovered.torn.has_value()) << record;
    EXPECT_EQ(recovered.torn->at, good.size()) << record;
    EXPECT_EQ(recovered.log.last_index(), 3) << record;
  }
}

// An operation is wrapped on its way to disks and followers; the deepest that is taken can still be
// read there.
TEST(Storage, TheDeepestOperationThatIsTakenCanBeReadEverywhere) {
  const auto write_of_depth = [](int depth) {
    Value value = 1;
    for (int i = 1; i < depth; ++i) value = Value::list({value});
    return Value::map({{"type", "write"}, {"key", "x"}, {"value", value}});
  };
  EXPECT_NE(problem_of_operation(write_of_depth(33)), "");
  ASSERT_EQ(problem_of_operation(write_of_depth(32)), "");
  const Entry deep{1, Command{"c1", 1, write_of_depth(32)}.to_value()};
  EXPECT_FALSE(recover(encode_entry(1, deep)).torn.has_value());

  StateMachine machine({10, 10});
  machine.apply(deep.command);
  ASSERT_EQ(machine.registers().entries().size(), 1u);
  EXPECT_FALSE(recover(encode_snapshot({1, 1, machine.to_value()})).torn.has_value());

  const std::vector<PeerMessage> messages = {AppendEntries{1, 0, 0, 0, 0, {deep}},
                                             InstallSnapshot{1, 1, 1, 0, machine.to_value()},
                                             Forward{1, "c1", write_of_depth(32)}};
  for (const PeerMessage& message : messages) {
    const std::string line = to_line({"n1", "n2", to_body(message)});
    EXPECT_TRUE(peer_message(message_from_line(line).body).has_value()) << line;
  }
}

// What is appended behind a torn record could never be read again, so the node rewrites the file.
TEST(Storage, ANodeWithATornTailSaysSoAndGoesOnFromACleanFile) {
  TestCluster cluster({.nodes = 1, .config = {}, .bugs = {}, .seed = 1});
  const auto write = [&](int value) {
    cluster.request("c1", "n1", {{"type", "write"}, {"key", "x"}, {"value", value}});
    cluster.settle();
  };
  cluster.fire("n1", election_timer);
  write(1);
  cluster.crash("n1");
  cluster.set_disk("n1", cluster.disk_of("n1") + "torn");
  cluster.restart("n1");
  EXPECT_EQ(cluster.happenings().back().what, "raft.torn_tail");
  EXPECT_EQ(cluster.happenings().back().fields.integer_or("bytes", -1), 4);
  cluster.fire("n1", election_timer);
  write(2);
  cluster.crash("n1");
  const Recovered recovered = recover(cluster.disk_of("n1"));
  EXPECT_FALSE(recovered.torn.has_value());
  EXPECT_EQ(recovered.log.last_index(), 4);  // two openings, two writes
}

}  // namespace
}  // namespace faultrig::raft_kv
