#include "harness/sim/network.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Block = LinkRule::Block;

LinkRule block(Block how) {
  LinkRule rule;
  rule.block = how;
  return rule;
}

Network network_of(std::uint64_t seed = 1, NetworkTiming timing = {}) {
  return Network(4, seed, timing);
}

bool same(const Network::Transit& a, const Network::Transit& b) {
  return a.copies == b.copies && a.at[0] == b.at[0] && a.at[1] == b.at[1] &&
         a.rejected == b.rejected && a.jammed == b.jammed;
}

std::uint64_t accounted(const LinkCounters& counters) {
  return counters.forwarded + counters.dropped_by_cut + counters.rejected + counters.lost +
         counters.dropped_by_queue + counters.waiting;
}

// Some of everything that chance decides.
LinkRule unreliable() {
  LinkRule rule;
  rule.delay = milliseconds(3);
  rule.jitter = milliseconds(2);
  rule.loss = {1, 5};
  rule.duplicate = {1, 5};
  rule.reorder = {1, 5};
  rule.corrupt = {1, 5};
  return rule;
}

TEST(Network, a_clear_link_brings_every_packet_within_its_latency) {
  Network network = network_of();
  for (int i = 0; i < 200; ++i) {
    const Time now = milliseconds(10 * i);
    const auto transit = network.send(0, 1, 0, now);
    EXPECT_EQ(transit.copies, 1);
    EXPECT_GE(transit.at[0] - now, microseconds(200));
    EXPECT_LE(transit.at[0] - now, microseconds(2'000));
    EXPECT_TRUE(network.lets_in(0, 1, false));
  }
  EXPECT_EQ(network.counters(0, 1).forwarded, 200u);
  EXPECT_EQ(network.counters(0, 1).touched(), 0u);
  EXPECT_EQ(network.counters(1, 0).entered, 0u) << "the other direction is another link";
}

RC_GTEST_PROP(Network, the_fate_of_a_packet_is_independent_of_other_links,
              (std::uint64_t seed, const std::vector<bool>& elsewhere)) {
  Network alone = network_of(seed);
  Network busy = network_of(seed);
  alone.set_rule(0, 1, unreliable(), Time());
  busy.set_rule(0, 1, unreliable(), Time());
  busy.set_rule(1, 0, unreliable(), Time());
  for (std::size_t i = 0; i < elsewhere.size(); ++i) {
    const Time now = milliseconds(i);
    if (elsewhere[i]) busy.send(1, 0, 0, now);
    if (elsewhere[i]) busy.send(2, 3, 0, now);
    RC_ASSERT(same(alone.send(0, 1, i, now), busy.send(0, 1, i, now)));
  }
}

TEST(Network, another_seed_gives_other_fates) {
  Network one = network_of(1), other = network_of(2);
  bool differs = false;
  for (int i = 0; i < 20; ++i) {
    differs = differs || !same(one.send(0, 1, 0, seconds(i)), other.send(0, 1, 0, seconds(i)));
  }
  EXPECT_TRUE(differs);
}

// How often a packet arrives before one that was sent earlier.
int overtakings(Network& network, int packets, Duration apart) {
  Time latest{};
  int count = 0;
  for (int i = 0; i < packets; ++i) {
    const auto transit = network.send(0, 1, 0, apart * i);
    if (transit.copies == 0) continue;
    if (transit.at[0] < latest) ++count;
    latest = std::max(latest, transit.at[0]);
  }
  return count;
}

TEST(Network, a_link_keeps_its_order_unless_told) {
  Network ordered = network_of();
  EXPECT_EQ(overtakings(ordered, 500, microseconds(100)), 0);
  NetworkTiming timing;
  timing.reorders = true;
  Network unordered = network_of(1, timing);
  EXPECT_GT(overtakings(unordered, 500, microseconds(100)), 0);
}

TEST(Network, jitter_keeps_the_order_unless_told) {
  LinkRule rule;
  rule.delay = rule.jitter = milliseconds(20);
  Network ordered = network_of();
  ordered.set_rule(0, 1, rule, Time());
  EXPECT_EQ(overtakings(ordered, 500, milliseconds(1)), 0);
  rule.jitter_reorders = true;
  Network unordered = network_of();
  unordered.set_rule(0, 1, rule, Time());
  EXPECT_GT(overtakings(unordered, 500, milliseconds(1)), 0);
}

TEST(Network, what_overtakes_is_counted_also_where_packets_overtake_anyway) {
  for (const bool anyway : {false, true}) {
    NetworkTiming timing;
    timing.reorders = anyway;
    Network network = network_of(1, timing);
    LinkRule rule;
    rule.delay = milliseconds(50);
    rule.reorder = {1, 4};
    network.set_rule(0, 1, rule, Time());
    EXPECT_GT(overtakings(network, 200, milliseconds(1)), 0);
    EXPECT_GT(network.counters(0, 1).reordered, 0u);
  }
}

TEST(Network, a_cut_drops_what_is_sent_and_what_is_under_way) {
  Network network = network_of();
  EXPECT_EQ(network.send(0, 1, 0, Time()).copies, 1);
  network.set_rule(0, 1, cut(), Time());
  EXPECT_FALSE(network.lets_in(0, 1, false));
  EXPECT_EQ(network.send(0, 1, 0, Time()).copies, 0);
  EXPECT_EQ(network.counters(0, 1).dropped_by_cut, 2u);
  EXPECT_EQ(network.send(1, 0, 0, Time()).copies, 1) << "one direction only";
  EXPECT_TRUE(network.lets_in(1, 0, false));
  network.set_rule(0, 1, {}, Time());
  EXPECT_EQ(network.send(0, 1, 0, Time()).copies, 1);
  EXPECT_TRUE(network.lets_in(0, 1, false));
}

TEST(Network, a_jam_holds_and_releases_in_order) {
  Network network = network_of();
  network.set_rule(0, 1, block(Block::jam), Time());
  for (const PacketSlot slot : {7, 3, 9}) EXPECT_TRUE(network.send(0, 1, slot, Time()).jammed);
  EXPECT_EQ(network.counters(0, 1).waiting, 3u);
  EXPECT_EQ(network.counters(0, 1).jammed, 3u);
  const auto released = network.set_rule(0, 1, {}, seconds(2));
  EXPECT_EQ(std::vector<PacketSlot>(released.slots.begin(), released.slots.end()),
            (std::vector<PacketSlot>{7, 3, 9}));
  EXPECT_EQ(released.at, seconds(2));
  EXPECT_EQ(network.counters(0, 1).waiting, 0u);
}

TEST(Network, what_a_jam_held_does_not_overtake_what_was_under_way) {
  Network network = network_of();
  const Time before = network.send(0, 1, 1, Time()).at[0];
  network.set_rule(0, 1, block(Block::jam), Time(1));
  network.send(0, 1, 2, Time(2));
  EXPECT_GE(network.set_rule(0, 1, {}, Time(3)).at, before);
}

TEST(Network, a_jam_that_goes_on_keeps_what_it_holds_and_drops_what_is_too_much) {
  Network network = network_of();
  LinkRule jam = block(Block::jam);
  jam.queue_packets = 2;
  network.set_rule(0, 1, jam, Time());
  for (PacketSlot slot = 0; slot < 5; ++slot) network.send(0, 1, slot, Time());
  EXPECT_EQ(network.counters(0, 1).dropped_by_queue, 3u);
  jam.delay = milliseconds(1);
  EXPECT_TRUE(network.set_rule(0, 1, jam, Time()).slots.empty());
  EXPECT_EQ(network.counters(0, 1).waiting, 2u);
  // A cut that follows drops it: it is let out, and not let in.
  EXPECT_EQ(network.set_rule(0, 1, cut(), Time()).slots.size(), 2u);
  EXPECT_FALSE(network.lets_in(0, 1, false));
}

TEST(Network, a_rejected_packet_is_told) {
  Network network = network_of();
  network.set_rule(0, 1, block(Block::reject), Time());
  const auto transit = network.send(0, 1, 0, Time());
  EXPECT_TRUE(transit.rejected);
  EXPECT_EQ(transit.copies, 0);
  EXPECT_EQ(network.counters(0, 1).rejected, 1u);
}

TEST(Network, ratios_hit_about_as_often_as_they_say) {
  LinkRule rule;
  rule.loss = {1, 4};
  rule.duplicate = {1, 4};
  rule.corrupt = {1, 4};
  Network network = network_of();
  network.set_rule(0, 1, rule, Time());
  for (int i = 0; i < 4'000; ++i) network.send(0, 1, 0, milliseconds(i));
  const LinkCounters counters = network.counters(0, 1);
  EXPECT_NEAR(static_cast<double>(counters.lost), 1'000, 150);
  EXPECT_NEAR(static_cast<double>(counters.corrupted), 750, 150);
  EXPECT_NEAR(static_cast<double>(counters.duplicated), 563, 150);
}

TEST(Network, the_copy_of_a_duplicate_comes_later_and_is_in_no_other_counter) {
  LinkRule rule;
  rule.duplicate = {1, 1};
  Network network = network_of();
  network.set_rule(0, 1, rule, Time());
  const auto transit = network.send(0, 1, 0, Time());
  ASSERT_EQ(transit.copies, 2);
  EXPECT_GE(transit.at[1], transit.at[0]);
  EXPECT_TRUE(network.lets_in(0, 1, false));
  EXPECT_TRUE(network.lets_in(0, 1, true));
  EXPECT_EQ(network.counters(0, 1).forwarded, 1u);
  EXPECT_EQ(network.counters(0, 1).duplicated, 1u);
  network.set_rule(0, 1, cut(), Time());
  EXPECT_FALSE(network.lets_in(0, 1, true));
  EXPECT_EQ(network.counters(0, 1).dropped_by_cut, 0u);
}

TEST(Network, a_corrupted_packet_arrives_for_nobody) {
  LinkRule rule;
  rule.corrupt = {1, 1};
  Network network = network_of();
  network.set_rule(0, 1, rule, Time());
  EXPECT_EQ(network.send(0, 1, 0, Time()).copies, 0);
  EXPECT_EQ(network.counters(0, 1).corrupted, 1u);
}

TEST(Network, a_narrow_link_spaces_packets_and_drops_what_its_queue_cannot_hold) {
  LinkRule rule;
  rule.rate_bits_per_second = 256 * 8 * 100;  // a hundred packets a second
  rule.queue_packets = 5;
  Network network = network_of();
  network.set_rule(0, 1, rule, Time());
  std::vector<Time> arrivals;
  for (int i = 0; i < 20; ++i) {
    const auto transit = network.send(0, 1, 0, Time());
    if (transit.copies == 1) arrivals.push_back(transit.at[0]);
  }
  ASSERT_GE(arrivals.size(), 5u);
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    EXPECT_EQ(arrivals[i] - arrivals[i - 1], milliseconds(10));
  }
  EXPECT_EQ(network.counters(0, 1).dropped_by_queue, 20 - arrivals.size());
  EXPECT_GT(network.counters(0, 1).delayed, 0u);
}

// Rules come and go while packets are under way.
RC_GTEST_PROP(Network, every_packet_is_in_exactly_one_counter,
              (std::uint64_t seed, bool reorders, const std::vector<std::uint8_t>& acts)) {
  NetworkTiming timing;
  timing.reorders = reorders;
  Network network = network_of(seed, timing);
  std::vector<std::pair<Time, bool>> under_way;  // arrival, and whether it is a copy
  Time now{};
  const auto arrive = [&](Time until) {
    std::stable_sort(under_way.begin(), under_way.end());
    while (!under_way.empty() && under_way.front().first <= until) {
      network.lets_in(0, 1, under_way.front().second);
      under_way.erase(under_way.begin());
    }
  };
  const auto set = [&](LinkRule rule) {
    const auto released = network.set_rule(0, 1, rule, now);
    for (std::size_t i = 0; i < released.slots.size(); ++i) {
      under_way.emplace_back(released.at, false);
    }
  };
  for (const std::uint8_t act : acts) {
    now += microseconds(act);
    arrive(now);
    LinkRule narrow;
    narrow.rate_bits_per_second = 1'000'000;
    narrow.queue_packets = 3;
    LinkRule jam = block(Block::jam);
    jam.queue_packets = 3;
    const LinkRule rules[] = {{}, unreliable(), cut(), jam, block(Block::reject), narrow};
    if (act % 16 < 6) {
      set(rules[act % 16]);
      continue;
    }
    const auto transit = network.send(0, 1, 0, now);
    for (int copy = 0; copy < transit.copies; ++copy) {
      under_way.emplace_back(transit.at[copy], copy > 0);
    }
  }
  set({});
  arrive(Time::max());
  const LinkCounters counters = network.counters(0, 1);
  RC_ASSERT(counters.waiting == 0u);
  RC_ASSERT(accounted(counters) == counters.entered);
}

TEST(Network, a_healed_link_is_not_held_up_by_what_a_slow_one_still_owes) {
  Network network(2, 1, {});
  LinkRule slow;
  slow.rate_bits_per_second = 1'000;
  network.set_rule(0, 1, slow, Time{});
  Time late{};
  for (int i = 0; i < 10; ++i) late = network.send(0, 1, 0, Time{}).at[0];
  EXPECT_GT(late, std::chrono::seconds(10));
  network.set_rule(0, 1, {}, Time{});
  EXPECT_LT(network.send(0, 1, 0, Time{}).at[0], std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace faultrig::sim
