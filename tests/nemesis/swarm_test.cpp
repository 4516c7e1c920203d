#include "nemesis/swarm.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "nemesis/parameters.hpp"
#include "nemesis/process.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;
using Streams = std::vector<FaultStreamOptions>;

constexpr std::uint64_t seeds = 1'000;

std::vector<NodeName> nodes_of(std::size_t count) {
  std::vector<NodeName> nodes;
  for (std::size_t i = 1; i <= count; ++i) nodes.push_back(fmt::format("n{}", i));
  return nodes;
}

bool everything(Capability) { return true; }

Streams swarm_of(std::uint64_t seed, std::size_t nodes = 5,
                 const SwarmOptions& options = {every_kind(), {}},
                 const std::function<bool(Capability)>& can = everything) {
  return draw_swarm(Random(seed), can, nodes_of(nodes), options);
}

std::set<std::string> kinds_of(const Streams& streams) {
  std::set<std::string> kinds;
  for (const FaultStreamOptions& stream : streams) {
    for (const FaultOrder& order : stream.choices) kinds.insert(order.kind);
  }
  return kinds;
}

TEST(Swarm, IsAFunctionOfTheSeed) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) EXPECT_EQ(swarm_of(seed), swarm_of(seed));
}

TEST(Swarm, EveryPossibleKindIsChosenBySomeSeedAndNoOther) {
  std::set<std::string> all;
  for (const SwarmKind& kind : every_kind()) all.insert(kind.order.kind);
  std::set<std::string> expected = all, chosen;
  expected.erase("disk-flip");
  expected.erase("packet-corrupt");
  for (std::uint64_t seed = 0; seed < seeds; ++seed) chosen.merge(kinds_of(swarm_of(seed)));
  EXPECT_EQ(chosen, expected);
  chosen.clear();
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    chosen.merge(kinds_of(swarm_of(seed, 5, {every_kind(), {"disk-flip", "packet-corrupt"}})));
  }
  EXPECT_EQ(chosen, all);
}

TEST(Swarm, SeedsHaveQuiteDifferentAdversaries) {
  std::map<std::size_t, int> sizes;
  std::set<std::set<std::string>> selections;
  int calm = 0, quick = 0, slow = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Streams streams = swarm_of(seed);
    ++sizes[streams.size()];
    selections.insert(kinds_of(streams));
    calm += streams.front().tides.calm > milliseconds(0) ? 1 : 0;
    for (const FaultStreamOptions& stream : streams) {
      EXPECT_EQ(stream.tides, streams.front().tides) << "the calm is for all";
      EXPECT_GE(stream.interval, milliseconds(50));
      EXPECT_LE(stream.interval, milliseconds(3'000));
      EXPECT_GE(stream.duration, milliseconds(20));
      EXPECT_LE(stream.duration, milliseconds(3'000));
      quick += stream.interval < milliseconds(200) ? 1 : 0;
      slow += stream.interval > milliseconds(1'500) ? 1 : 0;
    }
  }
  EXPECT_FALSE(sizes.contains(0));
  EXPECT_GT(sizes[1], 100);
  EXPECT_GT(sizes.rbegin()->first, 20u);
  EXPECT_GT(selections.size(), 600u);
  EXPECT_GT(calm, 500);
  EXPECT_LT(calm, 900);
  EXPECT_GT(quick, 300);
  EXPECT_GT(slow, 500);
}

TEST(Swarm, RespectsWhatTheClusterCannotAndHowFewNodesThereAre) {
  for (std::size_t nodes = 1; nodes <= 4; ++nodes) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const std::set<Capability> missing = {static_cast<Capability>(seed % 10),
                                            static_cast<Capability>(seed / 10 % 10)};
      const Streams streams = swarm_of(seed, nodes, {every_kind(), {}}, [&](Capability capability) {
        return !missing.contains(capability);
      });
      EXPECT_FALSE(streams.empty());
      for (const std::string& kind : kinds_of(streams)) {
        EXPECT_GE(nodes, fewest_nodes(kind, {})) << kind;
        for (const Capability need : find_fault(kind)->needs) {
          EXPECT_FALSE(missing.contains(need)) << kind;
        }
      }
    }
  }
  EXPECT_TRUE(swarm_of(1, 5, {every_kind(), {}}, [](Capability) { return false; }).empty());
}

TEST(Swarm, NeverTakesTheWholeNetworkAwayByABlock) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const FaultStreamOptions& stream : swarm_of(seed)) {
      const FaultOrder& order = stream.choices.front();
      if (order.kind != "jam" && order.kind != "reject") continue;
      EXPECT_NE(order.targets, std::vector<std::string>{"all"}) << order.kind;
    }
  }
}

TEST(Swarm, StrengthsVaryWithinTheirBoundsAndWhatIsGivenStays) {
  std::map<std::string, std::set<std::int64_t>> drawn;
  SwarmOptions options{every_kind(), {"disk-flip", "packet-corrupt"}};
  for (SwarmKind& kind : options.kinds) {
    if (kind.order.kind != "packet-loss") continue;
    kind.order.parameters["loss_percent"] = 7;
    kind.order.targets = {"n2"};
    kind.interval = milliseconds(1'234);
  }
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const FaultStreamOptions& stream : swarm_of(seed, 5, options)) {
      const FaultOrder& order = stream.choices.front();
      for (const FaultParameter& parameter : fault_parameters(order.kind)) {
        const auto amount = order.parameters.find(parameter.name);
        if (amount == order.parameters.end()) continue;
        EXPECT_GE(amount->second, parameter.low) << parameter.name;
        EXPECT_LE(amount->second, parameter.high) << parameter.name;
        drawn[parameter.name].insert(amount->second);
      }
      if (order.kind != "packet-loss") continue;
      EXPECT_EQ(order.targets, std::vector<std::string>{"n2"});
      EXPECT_EQ(stream.interval, milliseconds(1'234));
    }
  }
  EXPECT_EQ(drawn["loss_percent"], std::set<std::int64_t>{7});
  for (const char* name : {"delay_ms", "jitter_ms", "duplicate_percent", "reorder_percent",
                           "offset_ms", "drift_ppm", "sync_delay_ms"}) {
    EXPECT_GT(drawn[name].size(), 20u) << name;
  }
  EXPECT_LT(*drawn["offset_ms"].begin(), 0);
  EXPECT_GT(*drawn["offset_ms"].rbegin(), 0);
}

TEST(Amounts, EveryPowerOfTwoOfTheUsualRangeIsDrawn) {
  Random random(1);
  std::map<int, int> magnitudes;
  for (int i = 0; i < 1'000; ++i) {
    const std::int64_t amount = draw_amount({"", 0, 0, 0, 20, 3'000}, random);
    EXPECT_GE(amount, 20);
    EXPECT_LE(amount, 3'000);
    ++magnitudes[static_cast<int>(amount < 64 ? 0 : amount < 512 ? 1 : 2)];
  }
  for (int i = 0; i < 3; ++i) EXPECT_GT(magnitudes[i], 150) << i;
}

}  // namespace
}  // namespace faultrig
