#include "nemesis/partition.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace faultrig {
namespace {

Names nodes_of(std::size_t count) {
  Names nodes;
  for (std::size_t i = 1; i <= count; ++i) nodes.push_back(fmt::format("n{}", i));
  return nodes;
}

// Whom a node still hears, itself included.
std::set<std::string> heard_by(const std::string& node, const Names& nodes, const Grudge& cut) {
  std::set<std::string> heard;
  for (const std::string& other : nodes) {
    if (!cut.contains({other, node})) heard.insert(other);
  }
  return heard;
}

bool is_symmetric(const Grudge& cut) {
  return std::all_of(cut.begin(), cut.end(), [&](const Link& link) {
    return cut.contains({link.to, link.from});
  });
}

PartitionScene scene_of(std::size_t count) {
  return {nodes_of(count), {"c1", "c2", "c3"}, {"n1", {}}};
}

TEST(Partition, ExactShapesOfThreeNodes) {
  Random random(1);
  const Partition halves = draw_partition("partition-halves", scene_of(3), {}, random);
  EXPECT_EQ(halves.cut, (Grudge{{"n1", "n2"}, {"n1", "n3"}, {"n2", "n1"}, {"n3", "n1"}}));
  EXPECT_EQ(halves.detail, "n1 | n2 n3");
  EXPECT_EQ(halves.targets, Names{"n1"});
}

TEST(Partition, MajoritiesRingOfFiveHearsTheTwoNeighbours) {
  const Grudge cut = majorities_ring(nodes_of(5));
  EXPECT_EQ(heard_by("n1", nodes_of(5), cut), (std::set<std::string>{"n5", "n1", "n2"}));
  EXPECT_EQ(heard_by("n4", nodes_of(5), cut), (std::set<std::string>{"n3", "n4", "n5"}));
}

TEST(Partition, MajoritiesRingOfAnySizeGivesEveryNodeItsOwnMajority) {
  for (std::size_t count = 1; count <= 9; ++count) {
    const Names nodes = nodes_of(count);
    const Grudge cut = majorities_ring(nodes);
    std::set<std::set<std::string>> views;
    for (const std::string& node : nodes) {
      const std::set<std::string> heard = heard_by(node, nodes, cut);
      EXPECT_TRUE(heard.contains(node));
      EXPECT_GE(heard.size(), majority_of(count)) << count << " nodes, " << node;
      views.insert(heard);
    }
    if (count < 3) {
      EXPECT_TRUE(cut.empty());
    } else {
      EXPECT_EQ(views.size(), count) << "two nodes of " << count << " hear the same";
    }
    EXPECT_EQ(is_symmetric(cut), count != 3) << count;
  }
}

TEST(Partition, OnlyTheBridgeReachesBothSides) {
  for (std::size_t count = 1; count <= 9; ++count) {
    Random random(count);
    const PartitionScene scene = scene_of(count);
    const Partition bridged = draw_partition("partition-bridge", scene, {}, random);
    ASSERT_TRUE(is_symmetric(bridged.cut));
    const std::string& bridge = bridged.targets.front();
    EXPECT_EQ(heard_by(bridge, scene.nodes, bridged.cut).size(), count);
    for (const std::string& node : scene.nodes) {
      if (node == bridge || count < 3) continue;
      const std::size_t heard = heard_by(node, scene.nodes, bridged.cut).size();
      EXPECT_TRUE(heard == 2 + (count - 2) / 2 || heard == 1 + (count - 1) / 2) << node;
      EXPECT_LT(heard, count);
    }
  }
}

TEST(Partition, TheNamedBridgeIsTheBridge) {
  Random random(3);
  EXPECT_EQ(draw_partition("partition-bridge", scene_of(5), {"n4"}, random).targets, Names{"n4"});
}

TEST(Partition, OneWayBlocksExactlyOneDirection) {
  bool outward = false, inward = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const Partition partition = draw_partition("partition-one-way", scene_of(5), {"n2"}, random);
    EXPECT_EQ(partition.cut.size(), 4u);
    for (const Link& link : partition.cut) {
      EXPECT_FALSE(partition.cut.contains({link.to, link.from}));
      EXPECT_TRUE(link.from == "n2" || link.to == "n2");
    }
    outward |= partition.cut.contains({"n2", "n1"});
    inward |= partition.cut.contains({"n1", "n2"});
  }
  EXPECT_TRUE(outward && inward);
}

TEST(Partition, TheLeaderIsAloneButItsClientsReachIt) {
  Random random(5);
  const Partition partition = draw_partition("partition-leader", scene_of(5), {}, random);
  EXPECT_EQ(partition.targets, Names{"n1"});
  EXPECT_EQ(partition.cut, between({"n1"}, {"n2", "n3", "n4", "n5"}));
}

TEST(Partition, AnUnknownLeaderFallsBackToARandomNodeAndSaysSo) {
  Random random(5);
  PartitionScene scene = scene_of(5);
  scene.leadership.leader.reset();
  const Partition partition = draw_partition("partition-leader", scene, {}, random);
  EXPECT_EQ(partition.cut.size(), 8u);
  EXPECT_NE(partition.detail.find("not known"), std::string::npos) << partition.detail;
}

TEST(Partition, ClientCutsTouchNoLinkBetweenNodes) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const PartitionScene scene = scene_of(5);
    const Partition partition = draw_partition("partition-clients", scene, {}, random);
    ASSERT_FALSE(partition.cut.empty());
    EXPECT_TRUE(is_symmetric(partition.cut));
    for (const Link& link : partition.cut) {
      EXPECT_TRUE(link.from.front() == 'c' || link.to.front() == 'c');
    }
    // Some client still reaches some node.
    EXPECT_LT(partition.cut.size(), 2 * scene.nodes.size() * scene.clients.size());
  }
}

// Every two-sided kind cuts all links between two non-empty sides and nothing else.
RC_GTEST_PROP(Partition, TwoSidedKindsSplitTheNodesInTwo, (std::uint64_t seed)) {
  const auto count = *rc::gen::inRange<std::size_t>(2, 10);
  const auto kind =
      *rc::gen::element<std::string>("partition-halves", "partition-random-halves", "partition-one",
                                     "partition-majority-minority", "partition-leader");
  Random random(seed);
  const PartitionScene scene = scene_of(count);
  const Partition partition = draw_partition(kind, scene, {}, random);
  const Names rest = without(scene.nodes, partition.targets);
  RC_ASSERT(!partition.targets.empty() && !rest.empty());
  RC_ASSERT(partition.targets.size() + rest.size() == count);
  for (const std::string& a : scene.nodes) {
    for (const std::string& b : scene.nodes) {
      const bool across = (std::find(rest.begin(), rest.end(), a) == rest.end()) !=
                          (std::find(rest.begin(), rest.end(), b) == rest.end());
      RC_ASSERT(partition.cut.contains({a, b}) == across);
    }
  }
  if (kind == "partition-majority-minority" && count > 2) {
    RC_ASSERT(rest.size() == majority_of(count));
  }
}

TEST(Partition, ASingleNodeCannotBePartitionedAndItSaysSo) {
  for (const char* kind : {"partition-halves", "partition-one", "partition-majorities-ring",
                           "partition-bridge", "partition-one-way", "partition-leader"}) {
    Random random(1);
    const Partition partition = draw_partition(kind, scene_of(1), {}, random);
    EXPECT_TRUE(partition.cut.empty()) << kind;
    EXPECT_NE(partition.detail.find("too few"), std::string::npos) << kind;
  }
}

}  // namespace
}  // namespace faultrig
