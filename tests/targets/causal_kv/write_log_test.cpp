// Clocks, the log and the store: the parts of a node, each against a stupid twin.
#include "targets/causal_kv/write_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/random.hpp"
#include "targets/causal_kv/store.hpp"

namespace faultrig::causal_kv {
namespace {

constexpr std::size_t nodes = 3;

VectorClock clock_of(std::vector<Sequence> counts) {
  VectorClock clock(counts.size());
  for (NodeIndex node = 0; node < counts.size(); ++node) clock.set(node, counts[node]);
  return clock;
}

SharedWrite write_of(NodeIndex origin, Sequence sequence, Stamp stamp = 1, Value key = "x",
                     Value value = Value()) {
  VectorClock after(nodes);
  after.set(origin, sequence - 1);
  return std::make_shared<const Write>(origin, sequence, stamp, after, std::move(key),
                                       std::move(value));
}

// Writes of three nodes in some order that keeps that of each.
WriteLog random_log(Random& random, std::size_t size) {
  WriteLog log(nodes);
  while (log.size() < size) {
    const NodeIndex origin = random.below(nodes);
    log.append(write_of(origin, log.clock()[origin] + 1));
  }
  return log;
}

TEST(VectorClock, CoversWhatItReachesInEveryCount) {
  EXPECT_TRUE(clock_of({2, 0, 5}).covers(clock_of({2, 0, 4})));
  EXPECT_FALSE(clock_of({2, 0, 5}).covers(clock_of({0, 1, 0})));
  EXPECT_TRUE(clock_of({0, 0, 0}).covers(VectorClock(3)));
  VectorClock clock = clock_of({2, 0, 5});
  clock.raise(clock_of({1, 3, 6}));
  EXPECT_EQ(clock, clock_of({2, 3, 6}));
  EXPECT_EQ(clock.to_string(), "[2,3,6]");
  EXPECT_NE(clock.digest(), clock_of({2, 6, 3}).digest());
}

TEST(VectorClock, IsReadAsItWasWrittenAndNothingElseIs) {
  EXPECT_EQ(VectorClock::from_value(clock_of({2, 0, 5}).to_value(), 3), clock_of({2, 0, 5}));
  for (const Value& bad : {Value(), Value(3), Value::list({1, 2}), Value::list({1, 2, -1}),
                           Value::list({1, 2, "3"}), Value::list({1, 2, largest_number + 1})}) {
    EXPECT_FALSE(VectorClock::from_value(bad, 3).has_value()) << bad.to_string();
  }
}

// What a peer lacks, told by looking at every write.
TEST(WriteLog, MissingIsWhatTheClockDoesNotCount) {
  Random random(5);
  for (int round = 0; round < 500; ++round) {
    const WriteLog log = random_log(random, random.below(20));
    VectorClock known(nodes);
    for (NodeIndex node = 0; node < nodes; ++node) {
      known.set(node, static_cast<Sequence>(
                          random.below(static_cast<std::uint64_t>(log.clock()[node]) + 2)));
    }
    const std::size_t end = random.below(log.size() + 1);
    const std::size_t most = 1 + random.below(8);
    std::vector<SharedWrite> expected;
    for (std::size_t place = 0; place < end; ++place) {
      if (log.at(place)->sequence > known[log.at(place)->origin]) expected.push_back(log.at(place));
    }
    const bool more = expected.size() > most;
    if (more) expected.resize(most);
    const MissingWrites missing = log.missing(known, end, {most, 1'000'000});
    EXPECT_EQ(missing.writes, expected);
    EXPECT_EQ(missing.more, more);
  }
}

TEST(WriteLog, AWriteLargerThanABatchGoesAlone) {
  WriteLog log(nodes);
  for (Sequence sequence = 1; sequence <= 3; ++sequence) {
    log.append(write_of(0, sequence, 1, "x", Value(std::string(1000, 'a'))));
  }
  const MissingWrites missing = log.missing(VectorClock(nodes), log.size(), {256, 100});
  EXPECT_EQ(missing.writes.size(), 1u);
  EXPECT_TRUE(missing.more);
}

TEST(WriteLog, KnowsItsClockAndItsLatestStamp) {
  WriteLog log(nodes);
  EXPECT_EQ(log.latest_stamp(), 0);
  log.append(write_of(1, 1, 7));
  log.append(write_of(0, 1, 3));
  EXPECT_EQ(log.clock(), clock_of({1, 1, 0}));
  EXPECT_EQ(log.latest_stamp(), 7);
  EXPECT_TRUE(log.has(*write_of(1, 1)));
  EXPECT_FALSE(log.has(*write_of(1, 2)));
}

// Whatever the order of arrival, and however often.
TEST(Store, TheOrderOfWritesMakesNoDifference) {
  Random random(6);
  std::vector<SharedWrite> writes;
  for (Stamp stamp = 1; stamp <= 14; ++stamp) {
    for (NodeIndex origin = 0; origin < nodes; ++origin) {
      writes.push_back(write_of(origin, stamp, stamp, Value(random.below(4)), Value(stamp)));
    }
  }
  const auto latest = [&](std::int64_t key) {
    const Write* best = nullptr;
    for (const SharedWrite& write : writes) {
      if (write->key == Value(key) && (best == nullptr || wins_over(*write, *best))) {
        best = write.get();
      }
    }
    return best;
  };
  std::uint64_t digest = 0;
  for (int round = 0; round < 50; ++round) {
    random.shuffle(writes);
    Store store;
    for (const SharedWrite& write : writes) store.apply(write);
    store.apply(writes.front());
    if (round == 0) digest = store.digest();
    EXPECT_EQ(store.digest(), digest);
    for (std::int64_t key = 0; key < 4; ++key) {
      EXPECT_EQ(store.find(Value(key)), latest(key));
    }
  }
  EXPECT_EQ(Store().find(Value(0)), nullptr);
}

TEST(Write, TheLaterStampWinsThenTheLaterNode) {
  EXPECT_TRUE(wins_over(*write_of(0, 1, 2), *write_of(1, 1, 1)));
  EXPECT_TRUE(wins_over(*write_of(1, 1, 2), *write_of(0, 1, 2)));
  EXPECT_FALSE(wins_over(*write_of(0, 1, 2), *write_of(1, 1, 2)));
}

}  // namespace
}  // namespace faultrig::causal_kv
