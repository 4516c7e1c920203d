// Histories as long and as entangled as they come: everything at once, deep nesting, long chains.
// Verdicts are known by construction; orders are replayed, contradictions tried in every order.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "tests/checkers/linearizability/fast/collection_support.hpp"

namespace faultrig {
namespace {

using testing::Collection;
using testing::CollectionHistory;
using testing::Dice;

constexpr std::uint32_t nothing = CollectionOperation::no_value;
constexpr int many = 100'000;

// Takes effect at the instants 0, 1, 2 ..., each operation reaching up to `reach` instants around.
class Staircase {
 public:
  Staircase(Collection collection, std::int64_t reach, std::uint64_t seed)
      : collection_(collection), reach_(reach), dice_(seed) {}

  CollectionHistory make(int operations, bool with_anomaly) {
    for (int i = 0; i < operations; ++i) {
      if (with_anomaly && i == operations * 3 / 4) plant();
      add(next(), reach_);
    }
    give_distinct_times();
    return history_;
  }

 private:
  static constexpr std::int64_t grain = 1 << 20;

  CollectionOperation next() {
    switch (collection_) {
      case Collection::fifo_queue:
      case Collection::stack:
      case Collection::bag:
        return dice_.chance(1, 2) ? insertion() : removal();
      case Collection::set:
        return question();
      case Collection::list:
      case Collection::set_reads:
        if (dice_.below(2'000) > 0) return insertion();
        return {CollectionAction::read_all, nothing, 0, 0, present_};
    }
    return {};
  }

  CollectionOperation insertion() {
    present_.push_back(next_value_);
    return {CollectionAction::insert, next_value_++};
  }

  CollectionOperation removal() {
    if (out_ == present_.size()) return {CollectionAction::saw_empty};
    if (collection_ == Collection::fifo_queue) return {CollectionAction::remove, present_[out_++]};
    if (collection_ == Collection::bag) {
      std::swap(present_[dice_.below(present_.size())], present_.back());
    }
    const std::uint32_t value = present_.back();
    present_.pop_back();
    return {CollectionAction::remove, value};
  }

  // About the newest ten values.
  CollectionOperation question() {
    if (next_value_ == 0 || dice_.chance(1, 8)) {
      is_there_.push_back(true);
      return {CollectionAction::insert, next_value_++};
    }
    const auto value =
        next_value_ - 1 -
        static_cast<std::uint32_t>(dice_.below(std::min<std::uint32_t>(next_value_, 10)));
    if (dice_.chance(1, 8)) {
      is_there_[value] = false;
      return {CollectionAction::remove, value};
    }
    return {is_there_[value] ? CollectionAction::saw_present : CollectionAction::saw_absent, value};
  }

  void add(CollectionOperation operation, std::int64_t reach) {
    const std::int64_t at = grain * static_cast<std::int64_t>(instant_++);
    const auto width = static_cast<std::uint64_t>(grain * reach / 2);
    operation.invoked_at = at - 1 - static_cast<std::int64_t>(width == 0 ? 0 : dice_.below(width));
    operation.completed_at =
        at + 1 + static_cast<std::int64_t>(width == 0 ? 0 : dice_.below(width));
    history_.add(operation);
  }

  // One after the other, with values of their own.
  void plant() {
    const std::uint32_t a = 2'000'000'000, b = a + 1;
    using enum CollectionAction;
    switch (collection_) {
      case Collection::fifo_queue:
        for (auto [action, value] : {std::pair(insert, a), {insert, b}, {remove, b}, {remove, a}}) {
          add({action, value}, 0);
        }
        return;
      case Collection::stack:
        for (auto [action, value] : {std::pair(insert, a), {insert, b}, {remove, a}, {remove, b}}) {
          add({action, value}, 0);
        }
        return;
      case Collection::bag:
        for (auto [action, value] : {std::pair(insert, a), {saw_empty, nothing}, {remove, a}}) {
          add({action, value}, 0);
        }
        return;
      case Collection::set:
        add({insert, a}, 0);
        add({saw_absent, a}, 0);
        return;
      case Collection::list:
      case Collection::set_reads:
        add({insert, a}, 0);
        add({read_all, nothing}, 0);
        return;
    }
  }

  void give_distinct_times() {
    std::vector<std::int64_t*> times;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      times.push_back(&history_[i].invoked_at);
      times.push_back(&history_[i].completed_at);
    }
    std::stable_sort(times.begin(), times.end(), [](auto* x, auto* y) { return *x < *y; });
    for (std::size_t rank = 0; rank < times.size(); ++rank) {
      *times[rank] = static_cast<std::int64_t>(rank);
    }
  }

  Collection collection_;
  std::int64_t reach_;
  Dice dice_;
  CollectionHistory history_;
  std::vector<std::uint32_t> present_;
  std::size_t out_ = 0;  // of a queue: where in present_ it begins
  std::vector<bool> is_there_;
  std::uint32_t next_value_ = 0;
  std::uint64_t instant_ = 0;
};

void expect_linearizable(Collection collection, const CollectionHistory& history) {
  const FastVerdict verdict = testing::decide(collection, history.operations());
  ASSERT_TRUE(verdict.is_applicable);
  ASSERT_TRUE(verdict.is_linearizable) << verdict.reason;
  EXPECT_EQ(flaw_of_order(collection, history, verdict.order), "");
}

void expect_small_contradiction(Collection collection, const CollectionHistory& history) {
  const FastVerdict verdict = testing::decide(collection, history.operations());
  ASSERT_TRUE(verdict.is_applicable);
  ASSERT_FALSE(verdict.is_linearizable);
  ASSERT_LE(verdict.contradiction.size(), 12u);
  EXPECT_FALSE(has_legal_order(collection, part_of(history, verdict.contradiction)));
}

class DeepHistory : public ::testing::TestWithParam<Collection> {};

TEST_P(DeepHistory, is_linearizable_by_construction) {
  for (std::int64_t reach : {0, 3, 100, many}) {
    SCOPED_TRACE(reach);
    expect_linearizable(GetParam(), Staircase(GetParam(), reach, 7).make(many, false));
  }
}

TEST_P(DeepHistory, has_a_planted_anomaly) {
  for (std::int64_t reach : {0, 3, 100, many}) {
    SCOPED_TRACE(reach);
    expect_small_contradiction(GetParam(), Staircase(GetParam(), reach, 7).make(many, true));
  }
}

// Everything in flight at once: any order will do, but for what a value's own operations ask.
TEST_P(DeepHistory, everything_overlaps) {
  CollectionHistory history = Staircase(GetParam(), 0, 3).make(many, false);
  for (std::size_t i = 0; i < history.size(); ++i) {
    history[i].invoked_at = static_cast<std::int64_t>(i);
    history[i].completed_at = static_cast<std::int64_t>(2 * history.size() - i);
  }
  expect_linearizable(GetParam(), history);
}

INSTANTIATE_TEST_SUITE_P(Collections, DeepHistory,
                         ::testing::Values(Collection::fifo_queue, Collection::stack,
                                           Collection::bag, Collection::set, Collection::list,
                                           Collection::set_reads),
                         [](const auto& each) { return testing::name_of(each.param); });

// Valid by construction and broken by construction at every size in between.
RC_GTEST_PROP(FastProperty, knows_what_was_planted, ()) {
  const auto collection = static_cast<Collection>(*rc::gen::inRange(0, 6));
  const int operations = *rc::gen::inRange(1, 400);
  const auto reach = *rc::gen::inRange<std::int64_t>(0, 40);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const CollectionHistory valid = Staircase(collection, reach, seed).make(operations, false);
  const FastVerdict verdict = testing::decide(collection, valid.operations());
  RC_ASSERT(verdict.is_linearizable);
  RC_ASSERT(flaw_of_order(collection, valid, verdict.order) == "");
  const CollectionHistory broken = Staircase(collection, reach, seed).make(operations, true);
  const FastVerdict other = testing::decide(collection, broken.operations());
  RC_ASSERT(other.is_applicable && !other.is_linearizable);
  RC_ASSERT(other.contradiction.size() <= 12U);
  RC_ASSERT(!has_legal_order(collection, part_of(broken, other.contradiction)));
}

// Nothing but the order of events counts, and nothing but the equality of values.
RC_GTEST_PROP(FastProperty, is_blind_to_names_and_clocks, ()) {
  const auto collection = static_cast<Collection>(*rc::gen::inRange(0, 6));
  testing::RandomCollection options;
  options.collection = collection;
  options.operations = *rc::gen::inRange(1, 40);
  options.clients = *rc::gen::inRange(1, 8);
  options.mutations = *rc::gen::inRange(0, 3);
  options.unknown_percent = *rc::gen::element(0, 20);
  const CollectionHistory history =
      random_collection(options, *rc::gen::arbitrary<std::uint64_t>());
  CollectionHistory renamed;
  const auto rename = [](std::uint32_t value) { return 3'000'000'000U - 7 * value; };
  for (CollectionOperation operation : history.operations()) {
    std::vector<std::uint32_t> contents;
    for (std::uint32_t value : operation.contents) contents.push_back(rename(value));
    operation.contents = contents;
    if (operation.value != nothing) operation.value = rename(operation.value);
    operation.invoked_at = operation.invoked_at * 1'000 - 5'000;
    if (operation.is_certain()) operation.completed_at = operation.completed_at * 1'000 - 5'000;
    renamed.add(operation);
  }
  const FastVerdict before = testing::decide(collection, history.operations());
  const FastVerdict after = testing::decide(collection, renamed.operations());
  RC_ASSERT(before.is_applicable == after.is_applicable);
  RC_ASSERT(before.is_linearizable == after.is_linearizable);
  RC_ASSERT(before.reason == after.reason);
}

// One inside the other, fifty thousand deep.
TEST(DeepStack, nests) {
  CollectionHistory nested, queued;
  std::int64_t now = 0;
  const auto add = [&](CollectionHistory& history, CollectionAction action, std::uint32_t value) {
    history.add({action, value, now, now + 1});
    now += 2;
  };
  for (std::uint32_t i = 0; i < many / 2; ++i) add(nested, CollectionAction::insert, i);
  queued = nested;
  for (std::uint32_t i = many / 2; i-- > 0;) add(nested, CollectionAction::remove, i);
  for (std::uint32_t i = 0; i < many / 2; ++i) add(queued, CollectionAction::remove, i);
  expect_linearizable(Collection::stack, nested);
  expect_small_contradiction(Collection::stack, queued);
  expect_linearizable(Collection::fifo_queue, queued);
  expect_small_contradiction(Collection::fifo_queue, nested);
}

// The example of fast_examples_test.cpp made long: `reach` and one neighbours agree with each
// other, one more does not. Where the chain is too long to be shrunk it is shown as it is.
CollectionHistory long_chain(std::int64_t values, std::int64_t reach) {
  CollectionHistory history;
  for (std::int64_t i = 0; i < values; ++i) {
    // Push ends and pops begin as i goes; push i begins after push i-reach-1 has ended.
    const std::int64_t push_end = 8 * (i + reach), pop_begin = 8 * (i + reach + 1) + 1;
    const auto value = static_cast<std::uint32_t>(i);
    history.add({CollectionAction::insert, value, push_end - 8 * reach + 2 - 8, push_end});
    history.add({CollectionAction::remove, value, pop_begin, pop_begin + 2});
  }
  return history;
}

TEST(DeepStack, a_chain_of_many_is_shrunk_as_far_as_the_budget_goes) {
  const CollectionHistory few = long_chain(40, 3);
  const FastVerdict small = testing::decide(Collection::stack, few.operations());
  ASSERT_FALSE(small.is_linearizable);
  EXPECT_FALSE(has_legal_order(Collection::stack, part_of(few, small.contradiction)));
  const CollectionHistory long_one = long_chain(many / 2, many / 4);
  const FastVerdict verdict = testing::decide(Collection::stack, long_one.operations());
  ASSERT_TRUE(verdict.is_applicable);
  ASSERT_FALSE(verdict.is_linearizable);
  // What is shown contradicts itself all the same.
  const CollectionHistory part = part_of(long_one, verdict.contradiction);
  EXPECT_FALSE(testing::decide(Collection::stack, part.operations()).is_linearizable);
}

// As many values as it takes to cover a long look at an empty queue; without the middle one, fine.
TEST(DeepCover, a_chain_of_many_values_contradicts_emptiness) {
  const std::uint32_t values = many / 2;
  CollectionHistory covered, open;
  for (std::uint32_t i = 0; i < values; ++i) {
    const std::int64_t at = 4 * std::int64_t{i};
    for (CollectionHistory* history : {&covered, &open}) {
      if (history == &open && i == values / 2) continue;
      history->add({CollectionAction::insert, i, at, at + 1});
      history->add({CollectionAction::remove, i, at + 6, at + 7});
    }
  }
  const CollectionOperation look{CollectionAction::saw_empty, nothing, 3, 4 * values - 2};
  covered.add(look);
  open.add(look);
  for (Collection collection : {Collection::fifo_queue, Collection::bag}) {
    const FastVerdict verdict = testing::decide(collection, covered.operations());
    ASSERT_TRUE(verdict.is_applicable);
    EXPECT_FALSE(verdict.is_linearizable);
    EXPECT_GT(verdict.contradiction.size(), std::size_t{values});
    expect_linearizable(collection, open);
  }
}

}  // namespace
}  // namespace faultrig
