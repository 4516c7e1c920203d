// The parts below the procedures, each against its stupid twin.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/gap_coverage.hpp"
#include "checkers/linearizability/fast/minimal_core.hpp"
#include "checkers/linearizability/fast/stack_peeling.hpp"
#include "checkers/linearizability/fast/value_numbers.hpp"

namespace faultrig {
namespace {

RC_GTEST_PROP(GrowingSet, answers_as_an_ordered_set_does, ()) {
  const auto bound = *rc::gen::element<std::uint32_t>(1, 63, 64, 65, 200, 4096, 4097, 10'000);
  GrowingSet fast(bound);
  std::set<std::uint32_t> slow;
  const auto steps = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0U, bound), rc::gen::inRange(0U, bound)));
  for (const auto& [member, question] : steps) {
    const auto after = slow.lower_bound(question);
    RC_ASSERT(fast.first_from(question) == (after == slow.end() ? GrowingSet::none : *after));
    const auto beyond = slow.upper_bound(question);
    RC_ASSERT(fast.last_up_to(question) ==
              (beyond == slow.begin() ? GrowingSet::none : *std::prev(beyond)));
    fast.insert(member);
    slow.insert(member);
  }
}

RC_GTEST_PROP(GapCoverage, uncovers_what_counting_uncovers, ()) {
  const auto gaps = *rc::gen::inRange(1U, 40U);
  const auto ranges = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0U, gaps), rc::gen::inRange(0U, gaps)));
  std::vector<std::uint32_t> counts(gaps, 0);
  for (const auto& [a, b] : ranges) {
    for (std::uint32_t gap = std::min(a, b); gap <= std::max(a, b); ++gap) ++counts[gap];
  }
  GapCoverage fast(counts);
  std::vector<std::uint32_t> uncovered;
  fast.start(uncovered);
  const auto expect_same = [&] {
    std::vector<std::uint32_t> found = uncovered, expected;
    std::sort(found.begin(), found.end());
    for (std::uint32_t gap = 0; gap < gaps; ++gap) {
      if (counts[gap] == 0) expected.push_back(gap);
      RC_ASSERT((fast.uncovered().first_from(gap) == gap) == (counts[gap] == 0));
    }
    RC_ASSERT(found == expected);
  };
  expect_same();
  for (const auto& [a, b] : ranges) {
    fast.uncover(std::min(a, b), std::max(a, b), uncovered);
    for (std::uint32_t gap = std::min(a, b); gap <= std::max(a, b); ++gap) --counts[gap];
    expect_same();
  }
}

RC_GTEST_PROP(WaitingWindows, hands_out_each_window_once, ()) {
  std::vector<WaitingWindows::Window> windows;
  const auto ranges = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0U, 30U), rc::gen::inRange(0U, 30U)));
  for (const auto& [a, b] : ranges) windows.push_back({std::min(a, b), std::max(a, b), 0});
  std::sort(windows.begin(), windows.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::uint32_t i = 0; i < windows.size(); ++i) windows[i].owner = i;
  WaitingWindows fast(windows);
  std::set<std::uint32_t> waiting;
  for (const auto& window : windows) waiting.insert(window.owner);
  for (std::uint32_t gap :
       *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 31U))) {
    std::set<std::uint32_t> found, expected;
    for (auto owner = fast.take_one_with(gap); owner != WaitingWindows::none;
         owner = fast.take_one_with(gap)) {
      RC_ASSERT(found.insert(owner).second);
    }
    for (std::uint32_t owner : waiting) {
      if (windows[owner].first <= gap && gap <= windows[owner].last) expected.insert(owner);
    }
    RC_ASSERT(found == expected);
    for (std::uint32_t owner : found) waiting.erase(owner);
  }
}

// Fails: a list with all of `needed` in it, or all of `also`.
RC_GTEST_PROP(MinimalCore, nothing_can_be_left_out, ()) {
  const auto members = rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange(0U, 25U));
  const std::set<std::uint32_t> needed = *rc::gen::resize(8, members);
  const std::set<std::uint32_t> also = *rc::gen::resize(8, members);
  std::size_t asked = 0;
  const auto fails = [&](std::span<const std::uint32_t> part) {
    asked += part.size() + 1;
    const std::set<std::uint32_t> sorted(part.begin(), part.end());
    return std::includes(sorted.begin(), sorted.end(), needed.begin(), needed.end()) ||
           std::includes(sorted.begin(), sorted.end(), also.begin(), also.end());
  };
  std::vector<std::uint32_t> elements(25);
  for (std::uint32_t i = 0; i < elements.size(); ++i) elements[i] = i;
  const auto core = minimal_core(elements, 100'000, fails);
  RC_ASSERT(fails(core));
  for (std::uint32_t left_out : core) {
    std::vector<std::uint32_t> rest = core;
    std::erase(rest, left_out);
    RC_ASSERT(!fails(rest));
  }
  // With less work allowed, what comes out fails still.
  asked = 0;
  const auto work = *rc::gen::inRange<std::size_t>(0, 100);
  const auto part = minimal_core(elements, work, fails);
  RC_ASSERT(asked <= work);
  RC_ASSERT(fails(part));
}

TEST(EventRanks, numbers_events_without_holes) {
  const std::vector<CollectionOperation> operations = {
      {CollectionAction::insert, 1, -5, 1'000'000},
      {CollectionAction::insert, 2, 7},
      {CollectionAction::remove, 1, 8, 9},
  };
  const EventRanks ranks = rank_events(operations);
  EXPECT_EQ(ranks.events, 5u);
  EXPECT_EQ(ranks.invoked, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(ranks.completed, (std::vector<std::uint32_t>{4, 5, 3}));
}

TEST(EventRanks, at_one_time_neither_precedes_the_other) {
  const std::vector<CollectionOperation> operations = {
      {CollectionAction::insert, 1, 0, 3},
      {CollectionAction::insert, 2, 3, 4},
  };
  const EventRanks ranks = rank_events(operations);
  EXPECT_GT(ranks.completed[0], ranks.invoked[1]);
}

std::string message_of(const CollectionOperation& operation) {
  try {
    rank_events(std::vector{operation});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(EventRanks, refuses_what_is_no_operation) {
  EXPECT_EQ(message_of({CollectionAction::insert, 1, 5, 4}),
            "operation 0 completes at 4, not after 5");
  EXPECT_EQ(message_of({CollectionAction::insert, 1, 5, 5}),
            "operation 0 completes at 5, not after 5");
  EXPECT_EQ(message_of({CollectionAction::remove, CollectionOperation::no_value, 5, 6}),
            "operation 0 completed without a value");
  EXPECT_EQ(message_of({CollectionAction::remove, CollectionOperation::no_value, 5}), "");
}

RC_GTEST_PROP(EventRanks, sorts_as_a_stable_sort_does, ()) {
  const auto keys = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 20U));
  std::vector<std::uint32_t> expected(keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) expected[i] = i;
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
  RC_ASSERT(sorted_by(keys, 20) == expected);
}

RC_GTEST_PROP(ValueNumbers, tells_values_apart_in_little_memory, ()) {
  const auto values = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::inRange(0U, 20U), rc::gen::inRange(4'000'000'000U, 4'000'000'020U)));
  std::vector<CollectionOperation> operations;
  for (std::uint32_t value : values) operations.push_back({CollectionAction::insert, value, 0, 1});
  const ValueNumbers numbers(operations);
  RC_ASSERT(numbers.size() <= 8 * operations.size());
  for (std::uint32_t a : values) {
    RC_ASSERT(numbers.of(a) < numbers.size());
    for (std::uint32_t b : values) RC_ASSERT((numbers.of(a) == numbers.of(b)) == (a == b));
  }
  RC_ASSERT(numbers.of(3'000'000'000U) == ValueNumbers::none);
}

// Peeling round by round, looking at every gap of every window: the claims, taken literally.
std::vector<std::uint32_t> stuck_by_trial(const std::vector<ValueLife>& lives) {
  std::vector<bool> is_left(lives.size());
  for (std::size_t i = 0; i < lives.size(); ++i) {
    is_left[i] = lives[i].is_certainly_present_sometime();
  }
  const auto has_free_gap = [&](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t gap = begin + 1; gap <= end; ++gap) {
      bool is_covered = false;
      for (std::size_t i = 0; i < lives.size(); ++i) {
        is_covered =
            is_covered || (is_left[i] && lives[i].insert_end < gap && gap <= lives[i].remove_begin);
      }
      if (!is_covered) return true;
    }
    return false;
  };
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < lives.size(); ++i) {
      if (!is_left[i] || !has_free_gap(lives[i].insert_begin, lives[i].insert_end)) continue;
      if (lives[i].is_removed() && !has_free_gap(lives[i].remove_begin, lives[i].remove_end)) {
        continue;
      }
      is_left[i] = false;
      again = true;
    }
  }
  std::vector<std::uint32_t> stuck;
  for (std::uint32_t i = 0; i < lives.size(); ++i) {
    if (is_left[i]) stuck.push_back(i);
  }
  return stuck;
}

// More values than all orders can be tried of.
RC_GTEST_PROP(StackPeeling, peels_what_peeling_by_trial_peels, ()) {
  const auto values = *rc::gen::inRange<std::uint32_t>(1, 40);
  std::vector<std::uint32_t> times;
  const auto spread = *rc::gen::inRange<std::uint32_t>(2, 200);
  for (std::uint32_t i = 0; i < values; ++i) {
    const auto at = *rc::gen::inRange<std::uint32_t>(0, 2000);
    std::vector<std::uint32_t> own;
    for (int each = 0; each < 4; ++each) own.push_back(at + *rc::gen::inRange(0U, spread));
    std::sort(own.begin(), own.end());
    times.insert(times.end(), own.begin(), own.end());
  }
  const std::vector<std::uint32_t> order = sorted_by(times, 2200);
  std::vector<std::uint32_t> rank(times.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  const std::uint32_t events = 4 * values;
  std::vector<ValueLife> lives;
  for (std::uint32_t i = 0; i < values; ++i) {
    lives.push_back(
        {2 * i, 2 * i + 1, rank[4 * i], rank[4 * i + 1], rank[4 * i + 2], rank[4 * i + 3]});
    if (*rc::gen::inRange(0, 10) > 0) continue;
    lives.back().remove = ValueLife::none;
    lives.back().remove_begin = lives.back().remove_end = events;
  }
  const StackPeeling peeling = peel_stack(lives, events);
  RC_ASSERT(peeling.stuck == stuck_by_trial(lives));
  RC_ASSERT(peeling.stuck.size() + peeling.peeled.size() == lives.size());
}

}  // namespace
}  // namespace faultrig
