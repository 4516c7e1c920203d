// The polynomial procedures against every order tried, on many small histories near the edge of
// being linearizable.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "tests/checkers/linearizability/fast/collection_support.hpp"

namespace faultrig {
namespace {

using testing::Collection;
using testing::CollectionHistory;
using testing::Dice;
using testing::RandomCollection;

// Empty when the verdict stands up to what can be checked without the procedure.
std::string flaw_of_verdict(Collection collection, const CollectionHistory& history,
                            const FastVerdict& verdict, bool expected) {
  if (!verdict.is_applicable) {
    return verdict.reason.empty() ? "it does not say why it cannot tell" : "";
  }
  if (verdict.is_linearizable != expected) {
    return expected ? "a false alarm: " + std::string(verdict.reason) : "an anomaly is missed";
  }
  if (expected) return flaw_of_order(collection, history, verdict.order);
  if (verdict.reason.empty()) return "the contradiction has no name";
  const CollectionHistory part = part_of(history, verdict.contradiction);
  if (has_legal_order(collection, part)) {
    return "the contradiction is none:\n" + describe(part);
  }
  return "";
}

// Leaves out one value or one sighting at a time: then the rest must have a legal order.
bool is_minimal(Collection collection, const CollectionHistory& contradiction) {
  for (const CollectionOperation& dropped : contradiction.operations()) {
    CollectionHistory rest;
    for (const CollectionOperation& operation : contradiction.operations()) {
      const bool is_dropped = dropped.value == CollectionOperation::no_value
                                  ? operation.invoked_at == dropped.invoked_at
                                  : operation.value == dropped.value;
      if (!is_dropped) rest.add(operation);
    }
    if (!has_legal_order(collection, rest)) return false;
  }
  return true;
}

bool must_be_decided(const CollectionHistory& history, Collection collection) {
  std::map<std::uint32_t, int> inserts;
  for (const CollectionOperation& operation : history.operations()) {
    if (operation.action == CollectionAction::insert && ++inserts[operation.value] > 1) {
      return false;
    }
    if (operation.action == CollectionAction::remove && !operation.is_certain() &&
        collection != Collection::set) {
      return false;
    }
  }
  return true;
}

RandomCollection small_options(Collection collection, Dice& dice) {
  RandomCollection options;
  options.collection = collection;
  options.operations = 3 + static_cast<int>(dice.below(8));
  options.clients = 1 + static_cast<int>(dice.below(6));
  options.mutations = static_cast<int>(dice.below(9));
  options.unknown_percent = dice.chance(1, 3) ? 25 : 0;
  options.lose_removals = dice.chance(1, 2);
  options.repeat_values = dice.chance(1, 12);
  // Sets are interesting where many ask about few values.
  options.inserts_of_ten =
      (collection == Collection::set ? 1 : 4) + static_cast<int>(dice.below(3));
  options.reads_every = 2 + static_cast<int>(dice.below(2));
  return options;
}

class FastProcedure : public ::testing::TestWithParam<Collection> {};

TEST_P(FastProcedure, agrees_with_every_order_tried) {
  const std::uint64_t histories = 30'000 * static_cast<std::uint64_t>(testing::effort());
  std::uint64_t valid = 0, invalid = 0, undecided = 0;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    Dice dice(seed);
    const CollectionHistory history =
        random_collection(small_options(GetParam(), dice), seed + 1'000'000);
    const bool expected = has_legal_order(GetParam(), history);
    const FastVerdict verdict = testing::decide(GetParam(), history.operations());
    ASSERT_EQ(flaw_of_verdict(GetParam(), history, verdict, expected), "")
        << "seed " << seed << "\n"
        << describe(history);
    if (!verdict.is_applicable) {
      ASSERT_FALSE(must_be_decided(history, GetParam())) << describe(history);
      ++undecided;
    } else {
      ++(verdict.is_linearizable ? valid : invalid);
    }
  }
  EXPECT_GT(valid, histories / 10);
  EXPECT_GT(invalid, histories / 10);
  EXPECT_GT(undecided, histories / 1000);
  RecordProperty("valid", static_cast<int>(valid));
  RecordProperty("invalid", static_cast<int>(invalid));
  RecordProperty("undecided", static_cast<int>(undecided));
}

// Longer ones, so that contradictions need more than two values.
TEST_P(FastProcedure, agrees_with_every_order_tried_of_longer_histories) {
  const std::uint64_t histories = 3'000 * static_cast<std::uint64_t>(testing::effort());
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    Dice dice(seed);
    RandomCollection options = small_options(GetParam(), dice);
    options.operations = 10 + static_cast<int>(dice.below(4));
    options.clients = 2 + static_cast<int>(dice.below(4));
    options.mutations = 1 + static_cast<int>(dice.below(3));
    const CollectionHistory history = random_collection(options, seed + 2'000'000);
    const bool expected = has_legal_order(GetParam(), history);
    const FastVerdict verdict = testing::decide(GetParam(), history.operations());
    ASSERT_EQ(flaw_of_verdict(GetParam(), history, verdict, expected), "")
        << "seed " << seed << "\n"
        << describe(history);
  }
}

class FastLives : public ::testing::TestWithParam<Collection> {};

TEST_P(FastLives, agree_with_every_order_tried) {
  const std::uint64_t histories = 30'000 * static_cast<std::uint64_t>(testing::effort());
  std::uint64_t valid = 0, invalid = 0;
  std::map<std::size_t, int> by_size;  // of contradictions
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    const CollectionHistory history = testing::random_lives(seed);
    const bool expected = has_legal_order(GetParam(), history);
    const FastVerdict verdict = testing::decide(GetParam(), history.operations());
    ASSERT_TRUE(verdict.is_applicable);
    ASSERT_EQ(flaw_of_verdict(GetParam(), history, verdict, expected), "")
        << "seed " << seed << "\n"
        << describe(history);
    ++(verdict.is_linearizable ? valid : invalid);
    if (verdict.is_linearizable) continue;
    ++by_size[verdict.contradiction.size()];
    ASSERT_TRUE(is_minimal(GetParam(), part_of(history, verdict.contradiction))) << seed;
  }
  EXPECT_GT(valid, histories / 10);
  EXPECT_GT(invalid, histories / 10);
  int intricate = 0;  // more than two values, or two and a sighting of emptiness
  for (const auto& [size, count] : by_size) intricate += size > 4 ? count : 0;
  EXPECT_GT(intricate, 100);
  for (const auto& [size, count] : by_size) {
    RecordProperty("contradictions_of_" + std::to_string(size), count);
  }
}

INSTANTIATE_TEST_SUITE_P(Collections, FastLives,
                         ::testing::Values(Collection::fifo_queue, Collection::stack,
                                           Collection::bag),
                         [](const auto& each) { return testing::name_of(each.param); });

INSTANTIATE_TEST_SUITE_P(Collections, FastProcedure,
                         ::testing::Values(Collection::fifo_queue, Collection::stack,
                                           Collection::bag, Collection::set, Collection::list,
                                           Collection::set_reads),
                         [](const auto& each) { return testing::name_of(each.param); });

}  // namespace
}  // namespace faultrig
