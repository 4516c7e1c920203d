// The procedures for registers against brute force, one by one: what each proves must hold.
#include "checkers/linearizability/register/register_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "checkers/linearizability/register/frontier.hpp"
#include "checkers/linearizability/register/zones.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"
#include "tests/checkers/linearizability/register/register_history_support.hpp"

namespace faultrig {
namespace {

using testing::Dice;
using testing::draw;
using testing::has_order_by_brute_force;
using testing::random_register_history;
using testing::RegisterShape;
using testing::what_is_wrong_with;

constexpr SearchLimits plenty{std::uint64_t{1} << 40, std::size_t{1} << 32};

std::uint64_t rounds() { return std::getenv("FAULTRIG_LONG") != nullptr ? 400'000 : 15'000; }

RegisterShape small_shape(std::uint64_t seed) {
  Dice dice(seed * 31 + 7);
  RegisterShape shape;
  shape.operations = 3 + static_cast<int>(dice.below(7));
  shape.clients = 1 + static_cast<int>(dice.below(7));
  shape.values = static_cast<int>(dice.below(4));
  shape.unknown_percent = static_cast<int>(dice.below(3)) * 20;
  shape.with_mismatches = dice.chance(1, 3);
  shape.wrong_percent = static_cast<int>(dice.below(4)) * 12;
  return shape;
}

// Feeds a frontier without any foresight, as a run that still goes on would. False: it died.
std::pair<bool, bool> came_through_and_cut(const std::vector<RegisterOperation>& operations,
                                           Fidelity fidelity, std::size_t beam) {
  Frontier<1> frontier(0, fidelity, beam, nullptr);
  std::vector<std::pair<std::int64_t, std::uint32_t>> events;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    events.emplace_back(operations[i].invoked_at, i);
    if (operations[i].is_certain()) events.emplace_back(operations[i].completed_at, i);
  }
  std::sort(events.begin(), events.end());
  std::vector<std::uint32_t> slots(operations.size());
  for (const auto& [at, number] : events) {
    if (at == operations[number].invoked_at) {
      slots[number] = frontier.invoke(number, operations[number]);
    } else if (!frontier.complete(slots[number])) {
      return {false, frontier.was_cut()};
    }
  }
  return {true, frontier.was_cut()};
}

TEST(RegisterSearch, agrees_with_brute_force) {
  int refuted = 0;
  for (std::uint64_t seed = 0; seed < rounds(); ++seed) {
    const auto operations = random_register_history(small_shape(seed), seed);
    const bool expected = has_order_by_brute_force(operations, 0);
    refuted += expected ? 0 : 1;
    const auto verdict = search_register(operations, 0, plenty);
    ASSERT_TRUE(verdict);
    ASSERT_EQ(verdict->result.end, expected ? SearchEnd::linearizable : SearchEnd::impossible)
        << "seed " << seed << " by " << verdict->procedure << "\n"
        << draw(operations);
    ASSERT_STREQ(what_is_wrong_with(verdict->result.order, operations, 0, expected), "")
        << "seed " << seed << "\n"
        << draw(operations);
  }
  EXPECT_GT(refuted, static_cast<int>(rounds() / 10));
  EXPECT_LT(refuted, static_cast<int>(rounds() * 9 / 10));
}

TEST(RegisterSearch, each_fidelity_proves_what_it_says) {
  int relaxed_refutes = 0;
  int beam_gives_up = 0;
  for (std::uint64_t seed = 0; seed < rounds(); ++seed) {
    const auto operations = random_register_history(small_shape(seed), seed);
    const bool expected = has_order_by_brute_force(operations, 0);
    ASSERT_EQ(came_through_and_cut(operations, Fidelity::exact, 0).first, expected)
        << "seed " << seed << "\n"
        << draw(operations);
    const bool relaxed = came_through_and_cut(operations, Fidelity::relaxed, 0).first;
    ASSERT_TRUE(relaxed || !expected) << "seed " << seed << "\n" << draw(operations);
    relaxed_refutes += relaxed ? 0 : 1;
    const auto [through, cut] = came_through_and_cut(operations, Fidelity::beam, 1);
    ASSERT_TRUE(expected || !through) << "seed " << seed << "\n" << draw(operations);
    ASSERT_TRUE(!expected || through || cut) << "seed " << seed << "\n" << draw(operations);
    beam_gives_up += expected && !through ? 1 : 0;
  }
  EXPECT_GT(relaxed_refutes, 500);
  EXPECT_GT(beam_gives_up, 5);
}

TEST(Zones, agree_with_brute_force_where_they_apply) {
  int applied = 0;
  int refuted = 0;
  for (std::uint64_t seed = 0; seed < rounds(); ++seed) {
    RegisterShape shape = small_shape(seed);
    shape.values = 0;
    const auto operations = random_register_history(shape, seed);
    const auto verdict = order_by_zones(operations, 0);
    if (!verdict) continue;
    ++applied;
    const bool expected = has_order_by_brute_force(operations, 0);
    ASSERT_EQ(verdict->result.end, expected ? SearchEnd::linearizable : SearchEnd::impossible)
        << "seed " << seed << "\n"
        << draw(operations);
    if (expected) {
      ASSERT_STREQ(what_is_wrong_with(verdict->result.order, operations, 0, true), "")
          << "seed " << seed << "\n"
          << draw(operations);
      continue;
    }
    ++refuted;
    std::vector<RegisterOperation> part;
    for (const std::uint32_t number : verdict->contradiction) part.push_back(operations[number]);
    ASSERT_FALSE(has_order_by_brute_force(part, 0)) << "seed " << seed << "\n"
                                                    << draw(operations) << "of these:\n"
                                                    << draw(part);
  }
  EXPECT_GT(applied, static_cast<int>(rounds() / 3));
  EXPECT_GT(refuted, static_cast<int>(rounds() / 20));
}

TEST(Zones, do_not_apply_where_a_value_has_two_writers) {
  using Kind = RegisterOperation::Kind;
  EXPECT_FALSE(order_by_zones(
      std::vector<RegisterOperation>{{Kind::write, 0, 1, 0, 1}, {Kind::write, 0, 1, 2, 3}}, 0));
  EXPECT_FALSE(order_by_zones(std::vector<RegisterOperation>{{Kind::write, 0, 0, 0, 1}}, 0));
  EXPECT_FALSE(order_by_zones(std::vector<RegisterOperation>{{Kind::mismatch, 1, 0, 0, 1}}, 0));
  EXPECT_TRUE(order_by_zones(std::vector<RegisterOperation>{}, 0));
}

// Too wide for brute force: the two procedures, which share nothing, must agree.
TEST(Zones, agree_with_the_search_on_wide_histories) {
  int refuted = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    RegisterShape shape{.operations = 60, .clients = 12, .values = 0};
    shape.unknown_percent = seed % 2 == 0 ? 0 : 10;
    shape.wrong_percent = seed % 3 == 0 ? 0 : 1;
    const auto operations = random_register_history(shape, seed);
    const auto zones = order_by_zones(operations, 0);
    const auto search = search_register(operations, 0, plenty);
    if (!zones) continue;
    refuted += zones->result.end == SearchEnd::impossible ? 1 : 0;
    ASSERT_EQ(zones->result.end, search->result.end) << "seed " << seed << "\n" << draw(operations);
  }
  EXPECT_GT(refuted, 20);
}

// Too wide for brute force, and linearizable by construction: no procedure may refute it.
TEST(RegisterSearch, accepts_wide_histories_that_are_linearizable_by_construction) {
  for (std::uint64_t seed = 0; seed < rounds() / 100; ++seed) {
    RegisterShape shape{.operations = 150, .clients = 4 + static_cast<int>(seed % 40)};
    shape.values = 2 + static_cast<int>(seed % 4);
    shape.unknown_percent = seed % 3 == 0 ? 5 : 0;
    shape.with_mismatches = seed % 5 == 0;
    const auto operations = random_register_history(shape, seed);
    const auto verdict = search_register(operations, 0, {30'000'000, std::size_t{1} << 30});
    ASSERT_EQ(verdict->result.end, SearchEnd::linearizable)
        << "seed " << seed << " by " << verdict->procedure;
    ASSERT_STREQ(what_is_wrong_with(verdict->result.order, operations, 0, true), "") << seed;
    ASSERT_TRUE(came_through_and_cut(operations, Fidelity::relaxed, 0).first) << "seed " << seed;
  }
}

TEST(RegisterSearch, more_clients_than_slots_are_refused_not_misjudged) {
  std::vector<RegisterOperation> operations;
  for (std::int64_t i = 0; i < 1100; ++i) {
    operations.push_back({RegisterOperation::Kind::write, 0, 1, i, 2000 + i});
  }
  EXPECT_FALSE(search_register(operations, 0, plenty));
  operations.resize(1000);
  const auto verdict = search_register(operations, 0, plenty);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->result.end, SearchEnd::linearizable);
}

TEST(RegisterSearch, a_spent_budget_proves_nothing) {
  const auto operations = random_register_history({.operations = 500, .clients = 20}, 1);
  const auto few_steps = search_register(operations, 0, {100, std::size_t{1} << 30});
  EXPECT_EQ(few_steps->result.end, SearchEnd::steps_spent);
  EXPECT_FALSE(few_steps->result.order.empty());
  const auto few_bytes = search_register(operations, 0, {std::uint64_t{1} << 40, 5'000});
  EXPECT_EQ(few_bytes->result.end, SearchEnd::memory_spent);
}

}  // namespace
}  // namespace faultrig
