#include "harness/link_rules.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace faultrig {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t many = 200'000;

LinkRule rule_with_everything() {
  LinkRule rule;
  rule.delay = 10ms;
  rule.jitter = 3ms;
  rule.loss = {1, 20};
  rule.duplicate = {1, 10};
  rule.reorder = {1, 4};
  rule.corrupt = {1, 3};
  return rule;
}

bool same(const PacketFate& a, const PacketFate& b) {
  return a.lost == b.lost && a.duplicated == b.duplicated && a.reordered == b.reordered &&
         a.corrupted == b.corrupted && a.corrupt_bit == b.corrupt_bit && a.delay == b.delay;
}

// Five standard deviations of a binomial count: with fixed seeds this never changes, and a biased
// draw shows.
void expect_frequency(std::uint64_t count, std::uint64_t total, double probability) {
  const double expected = static_cast<double>(total) * probability;
  const double deviation = std::sqrt(expected * (1 - probability));
  EXPECT_NEAR(static_cast<double>(count), expected, 5 * deviation);
}

TEST(DescribeLinkRule, names_each_part) {
  EXPECT_EQ(describe({}), "clear");
  EXPECT_EQ(describe({.block = LinkRule::Block::drop}), "cut");
  EXPECT_EQ(describe({.block = LinkRule::Block::reject}), "reject");
  EXPECT_EQ(describe({.block = LinkRule::Block::jam}), "jam");
  EXPECT_EQ(describe({.delay = 10ms, .jitter = 3ms, .loss = {5, 100}}),
            "delay 10ms ±3ms, loss 5/100");
  EXPECT_EQ(describe({.delay = 1s, .jitter = 1500us, .jitter_reorders = true}),
            "delay 1s ±1500us reordering");
  EXPECT_EQ(describe({.jitter = 7ns}), "jitter ±7ns");
  EXPECT_EQ(describe({.duplicate = {1, 10}, .reorder = {1, 20}, .corrupt = {1, 50}}),
            "duplicate 1/10, reorder 1/20, corrupt 1/50");
  EXPECT_EQ(describe({.rate_bits_per_second = 8'000'000}), "rate 8Mbit/s");
  EXPECT_EQ(describe({.rate_bits_per_second = 1'500}), "rate 1500bit/s");
  EXPECT_EQ(describe({.queue_packets = 5}), "queue 5 packets 1048576 bytes");
}

TEST(FateOf, is_a_function_of_its_arguments) {
  const LinkRule rule = rule_with_everything();
  for (std::uint64_t k = 0; k < 1000; ++k) {
    EXPECT_TRUE(same(fate_of(rule, 7, 1, 2, k), fate_of(rule, 7, 1, 2, k)));
  }
}

// These numbers are what a recorded seed means; a change of them breaks every recorded run.
TEST(FateOf, a_seed_means_the_same_for_ever) {
  LinkRule rule;
  rule.loss = {1, 4};
  std::vector<std::uint64_t> lost;
  for (std::uint64_t k = 0; k < 40; ++k) {
    if (fate_of(rule, 42, 0, 1, k).lost) lost.push_back(k);
  }
  EXPECT_EQ(lost, (std::vector<std::uint64_t>{3, 4, 7, 8, 13, 14, 18, 21, 23, 28}));
}

TEST(FateOf, seed_link_direction_and_number_all_matter) {
  LinkRule rule;
  rule.loss = {1, 2};
  const auto pattern = [&](std::uint64_t seed, std::uint32_t from, std::uint32_t to,
                           std::uint64_t first) {
    std::uint64_t bits = 0;
    for (std::uint64_t k = 0; k < 64; ++k) {
      bits = bits << 1 | (fate_of(rule, seed, from, to, first + k).lost ? 1u : 0u);
    }
    return bits;
  };
  std::set<std::uint64_t> patterns;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint32_t from = 0; from < 4; ++from) {
      for (std::uint32_t to = 0; to < 4; ++to) {
        patterns.insert(pattern(seed, from, to, 0));
        patterns.insert(pattern(seed, from, to, 64));
      }
    }
  }
  EXPECT_EQ(patterns.size(), 10u * 4 * 4 * 2);
}

TEST(FateOf, ratios_of_nothing_and_everything_are_exact) {
  LinkRule rule;
  rule.duplicate = {1, 1};
  for (std::uint64_t k = 0; k < 10'000; ++k) {
    const PacketFate fate = fate_of(rule, 3, 0, 1, k);
    ASSERT_FALSE(fate.lost || fate.reordered || fate.corrupted);
    ASSERT_TRUE(fate.duplicated);
  }
}

TEST(FateOf, each_part_has_its_frequency_and_every_two_are_independent) {
  const LinkRule rule = rule_with_everything();
  const std::array<double, 4> probability = {1.0 / 20, 1.0 / 10, 1.0 / 4, 1.0 / 3};
  for (const std::uint64_t seed : {1, 2, 3}) {
    std::array<std::uint64_t, 4> single{};
    std::array<std::array<std::uint64_t, 4>, 4> both{};
    for (std::uint64_t k = 0; k < many; ++k) {
      const PacketFate fate = fate_of(rule, seed, 2, 5, k);
      const std::array<bool, 4> parts = {fate.lost, fate.duplicated, fate.reordered,
                                         fate.corrupted};
      for (std::size_t i = 0; i < 4; ++i) {
        single[i] += parts[i];
        for (std::size_t j = 0; j < i; ++j) both[i][j] += parts[i] && parts[j];
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      expect_frequency(single[i], many, probability[i]);
      for (std::size_t j = 0; j < i; ++j) {
        expect_frequency(both[i][j], many, probability[i] * probability[j]);
      }
    }
  }
}

TEST(FateOf, neighbouring_packets_are_independent) {
  LinkRule rule;
  rule.loss = {1, 5};
  std::uint64_t both = 0;
  for (std::uint64_t k = 0; k < many; ++k) {
    both += fate_of(rule, 9, 0, 1, k).lost && fate_of(rule, 9, 0, 1, k + 1).lost;
  }
  // Overlapping pairs are a little dependent; five deviations of the independent case still hold.
  expect_frequency(both, many, 1.0 / 25);
}

TEST(FateOf, the_two_directions_of_a_link_are_independent) {
  LinkRule rule;
  rule.loss = {1, 5};
  std::uint64_t both = 0;
  for (std::uint64_t k = 0; k < many; ++k) {
    both += fate_of(rule, 9, 0, 1, k).lost && fate_of(rule, 9, 1, 0, k).lost;
  }
  expect_frequency(both, many, 1.0 / 25);
}

TEST(FateOf, changing_one_part_leaves_the_others) {
  const LinkRule all = rule_with_everything();
  LinkRule changed = all;
  changed.loss = {19, 20};
  for (std::uint64_t k = 0; k < 10'000; ++k) {
    PacketFate a = fate_of(all, 4, 0, 1, k);
    PacketFate b = fate_of(changed, 4, 0, 1, k);
    a.lost = b.lost = false;
    ASSERT_TRUE(same(a, b));
  }
}

TEST(FateOf, jitter_is_uniform_and_within_bounds) {
  LinkRule rule;
  rule.delay = 10ms;
  rule.jitter = 4ms;
  std::array<std::uint64_t, 8> tenths{};
  for (std::uint64_t k = 0; k < many; ++k) {
    const auto delay = fate_of(rule, 11, 0, 1, k).delay;
    ASSERT_GE(delay, 6ms);
    ASSERT_LE(delay, 14ms);
    ++tenths[std::min<std::size_t>(7, static_cast<std::size_t>((delay - 6ms) / 1ms))];
  }
  for (const std::uint64_t count : tenths) expect_frequency(count, many, 1.0 / 8);
}

TEST(FateOf, delay_is_never_below_zero_and_none_when_reordered) {
  LinkRule rule;
  rule.delay = 1ms;
  rule.jitter = 5ms;
  rule.reorder = {1, 3};
  bool was_zero_by_jitter = false;
  for (std::uint64_t k = 0; k < 10'000; ++k) {
    const PacketFate fate = fate_of(rule, 12, 0, 1, k);
    ASSERT_GE(fate.delay, 0ns);
    if (fate.reordered) {
      ASSERT_EQ(fate.delay, 0ns);
    } else if (fate.delay == 0ns) {
      was_zero_by_jitter = true;
    }
  }
  EXPECT_TRUE(was_zero_by_jitter);
}

}  // namespace
}  // namespace faultrig
