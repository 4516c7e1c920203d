// Contexts, versions, the ring, hash trees and members: the parts of a node, each against a stupid
// twin.
#include "targets/dynamo/versions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/random.hpp"
#include "targets/dynamo/members.hpp"
#include "targets/dynamo/merkle_tree.hpp"
#include "targets/dynamo/ring.hpp"

namespace faultrig::dynamo {
namespace {

std::set<Dot> dots_of(const Context& context) {
  std::set<Dot> dots;
  for (Actor actor = 0; actor < 4; ++actor) {
    for (Counter counter = 1; counter <= 12; ++counter) {
      if (context.covers(Dot{actor, counter})) dots.insert({actor, counter});
    }
  }
  return dots;
}

Dot random_dot(Random& random) {
  return {random.between(std::int64_t{0}, std::int64_t{3}),
          random.between(std::int64_t{1}, std::int64_t{12})};
}

TEST(DynamoContext, IsASetOfDots) {
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    Context one, other;
    std::set<Dot> dots, others;
    for (int i = 0; i < 14; ++i) {
      const Dot dot = random_dot(random);
      one.add(dot);
      dots.insert(dot);
      if (random.chance({1, 2})) {
        const Dot another = random_dot(random);
        other.add(another);
        others.insert(another);
      }
    }
    EXPECT_EQ(dots_of(one), dots);
    EXPECT_EQ(one.covers(other),
              std::includes(dots.begin(), dots.end(), others.begin(), others.end()));
    EXPECT_EQ(Context::from_value(one.to_value()), one);
    Context both = one;
    both.add(other);
    Context turned = other;
    turned.add(one);
    EXPECT_EQ(both, turned);
    EXPECT_EQ(both.digest(), turned.digest());
    dots.insert(others.begin(), others.end());
    EXPECT_EQ(dots_of(both), dots);
  }
}

TEST(DynamoContext, NothingElseIsRead) {
  for (const Value& bad :
       {Value(), Value(3), Value::list({1}), Value::list({Value::list({1, 2})}),
        Value::list({Value::list({1, 0, 2})}), Value::list({Value::list({1, 3, 2})}),
        Value::list({Value::list({1, 1, "2"})}), Value::list({Value::list({-1, 1, 2})})}) {
    EXPECT_FALSE(Context::from_value(bad).has_value()) << bad.to_string();
  }
}

// What could come about: each version has seen some versions that were there, and all they had.
std::vector<SharedVersion> random_versions(Random& random, std::size_t count) {
  std::vector<SharedVersion> all;
  std::vector<Counter> counters(4);
  while (all.size() < count) {
    Context past;
    Stamp stamp = 0;
    for (const SharedVersion& version : all) {
      if (!random.chance({1, 3})) continue;
      past.add(version->past);
      past.add(version->dot);
    }
    for (const SharedVersion& version : all) {
      if (past.covers(version->dot)) stamp = std::max(stamp, version->stamp);
    }
    const auto actor = static_cast<Actor>(random.below(4));
    std::optional<Value> value;
    if (random.chance({3, 4})) value = Value(all.size());
    all.push_back(std::make_shared<const Version>(
        Dot{actor, ++counters[static_cast<std::size_t>(actor)]}, past, stamp + 1, value));
  }
  return all;
}

class DynamoMerge : public testing::TestWithParam<Conflict> {};

// In whatever order and however often: what nothing else supersedes.
TEST_P(DynamoMerge, KeepsWhatNothingSupersedes) {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<SharedVersion> all = random_versions(random, 1 + random.below(8));
    std::set<Dot> expected;
    for (const SharedVersion& version : all) {
      const bool is_superseded = std::any_of(all.begin(), all.end(), [&](const auto& other) {
        return supersedes(*other, *version, GetParam());
      });
      if (!is_superseded) expected.insert(version->dot);
    }
    random.shuffle(all);
    Versions merged, one_half, other_half;
    for (std::size_t i = 0; i < all.size(); ++i) {
      merged.add(all[i], GetParam());
      (i % 2 == 0 ? one_half : other_half).add(all[i], GetParam());
    }
    one_half.merge(other_half, GetParam());
    one_half.merge(merged, GetParam());
    std::set<Dot> kept;
    for (const SharedVersion& version : merged) kept.insert(version->dot);
    EXPECT_EQ(kept, expected);
    EXPECT_EQ(one_half, merged);
    for (const SharedVersion& version : all) EXPECT_TRUE(merged.covers(*version, GetParam()));
    EXPECT_EQ(Versions::from_value(merged.to_value()), merged);
  }
}

INSTANTIATE_TEST_SUITE_P(Dynamo, DynamoMerge,
                         testing::Values(Conflict::lww, Conflict::siblings, Conflict::merge));

std::vector<NodeName> names(int count) {
  std::vector<NodeName> result;
  for (int i = 1; i <= count; ++i) result.push_back("n" + std::to_string(i));
  return result;
}

TEST(DynamoRing, EveryKeyMeetsEveryMemberOnce) {
  const Ring ring(names(5), {true, true, false, true, true}, 8);
  for (int key = 0; key < 200; ++key) {
    std::vector<NodeIndex> order = ring.order(Value(key));
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<NodeIndex>{0, 1, 3, 4}));
  }
}

// Karger et al.: whoever leaves takes only its own keys along.
TEST(DynamoRing, LeavingMovesOnlyTheKeysOfWhoLeaves) {
  const Ring all(names(5), {true, true, true, true, true}, 16);
  const Ring fewer(names(5), {true, true, true, true, false}, 16);
  std::map<NodeIndex, int> first;
  for (int key = 0; key < 1000; ++key) {
    std::vector<NodeIndex> order = all.order(Value(key));
    ++first[order.front()];
    std::erase(order, NodeIndex{4});
    EXPECT_EQ(order, fewer.order(Value(key)));
  }
  for (NodeIndex node = 0; node < 5; ++node) EXPECT_GT(first[node], 60) << node;
}

TEST(DynamoMerkleTree, DiffersExactlyAboveWhatDiffers) {
  MerkleTree one, other;
  for (int key = 0; key < 50; ++key) {
    one.replace(Value(key), 0, static_cast<std::uint64_t>(key) + 1);
    other.replace(Value(49 - key), 0, static_cast<std::uint64_t>(49 - key) + 1);
  }
  EXPECT_EQ(one.at(0, 0), other.at(0, 0));
  other.replace(Value(7), 8, 9);
  const std::size_t leaf = MerkleTree::leaf_of(Value(7));
  EXPECT_NE(one.at(0, 0), other.at(0, 0));
  for (std::size_t level = 1; level <= MerkleTree::leaf_level; ++level) {
    for (std::size_t place = 0; place < MerkleTree::width(level); ++place) {
      const std::size_t above = level == MerkleTree::leaf_level ? leaf : leaf / MerkleTree::fan_out;
      EXPECT_EQ(one.at(level, place) == other.at(level, place), place != above);
    }
  }
  other.replace(Value(7), 9, 8);
  EXPECT_EQ(one.at(0, 0), other.at(0, 0));
}

TEST(DynamoMembers, TheLaterReportOfANodeStands) {
  Members one(3), other(3);
  EXPECT_TRUE(one.set(1, false));
  EXPECT_FALSE(one.set(1, false));
  EXPECT_TRUE(other.merge(one));
  EXPECT_EQ(other.flags(), (std::vector<bool>{true, false, true}));
  EXPECT_TRUE(other.set(1, true));
  EXPECT_FALSE(other.merge(one));
  EXPECT_TRUE(other.has(1));
  EXPECT_TRUE(one.merge(other));
  EXPECT_EQ(one, other);
  EXPECT_EQ(Members::from_value(one.to_value(), 3), one);
  EXPECT_FALSE(Members::from_value(one.to_value(), 4).has_value());
}

}  // namespace
}  // namespace faultrig::dynamo
