// Each pattern once, with the contradiction and its name; and what the procedures cannot tell.
#include <gtest/gtest.h>

#include "tests/checkers/linearizability/fast/collection_support.hpp"

namespace faultrig {
namespace {

using testing::Collection;
using testing::CollectionHistory;
using Positions = std::vector<std::uint32_t>;

constexpr std::uint32_t nothing = CollectionOperation::no_value;
constexpr auto insert = CollectionAction::insert;
constexpr auto remove_ = CollectionAction::remove;
constexpr auto saw_empty = CollectionAction::saw_empty;
constexpr auto saw_present = CollectionAction::saw_present;
constexpr auto saw_absent = CollectionAction::saw_absent;

CollectionHistory history_of_collection(std::initializer_list<CollectionOperation> operations) {
  CollectionHistory history;
  for (const CollectionOperation& operation : operations) history.add(operation);
  return history;
}

CollectionOperation read(std::int64_t from, std::int64_t to,
                         const std::vector<std::uint32_t>& contents) {
  return {CollectionAction::read_all, nothing, from, to, contents};
}

struct Expected {
  std::string_view pattern;
  Positions contradiction;
};

void expect_refuted(Collection collection, const CollectionHistory& history,
                    const Expected& expected) {
  const FastVerdict verdict = testing::decide(collection, history.operations());
  EXPECT_TRUE(verdict.is_applicable);
  EXPECT_FALSE(verdict.is_linearizable);
  EXPECT_EQ(verdict.reason, expected.pattern);
  EXPECT_EQ(verdict.contradiction, expected.contradiction);
  EXPECT_FALSE(has_legal_order(collection, part_of(history, verdict.contradiction)));
}

void expect_order(Collection collection, const CollectionHistory& history, const Positions& order) {
  const FastVerdict verdict = testing::decide(collection, history.operations());
  EXPECT_TRUE(verdict.is_linearizable) << verdict.reason;
  EXPECT_EQ(verdict.order, order);
  EXPECT_EQ(flaw_of_order(collection, history, verdict.order), "");
}

TEST(FastExamples, an_empty_history_is_linearizable) {
  for (int i = 0; i < 6; ++i) expect_order(static_cast<Collection>(i), {}, {});
}

TEST(FastExamples, a_life_that_contradicts_itself) {
  for (Collection collection : {Collection::fifo_queue, Collection::stack, Collection::bag}) {
    expect_refuted(collection, history_of_collection({{insert, 1, 0, 1}, {remove_, 2, 2, 3}}),
                   {"removed but never inserted", {1}});
    expect_refuted(collection, history_of_collection({{remove_, 1, 0, 1}, {insert, 1, 2, 3}}),
                   {"removed before it was inserted", {0, 1}});
    expect_refuted(
        collection,
        history_of_collection({{insert, 1, 0, 9}, {remove_, 1, 1, 2}, {remove_, 1, 3, 4}}),
        {"removed twice", {0, 1, 2}});
  }
}

// a  |-1-|                        |-8-|
// b        |-2-|        |-6-|             overtaken in a queue, as it should be in a stack
TEST(FastExamples, overtaking) {
  const auto nested = history_of_collection(
      {{insert, 1, 0, 1}, {insert, 2, 2, 3}, {remove_, 2, 4, 5}, {remove_, 1, 6, 7}});
  expect_refuted(Collection::fifo_queue, nested,
                 {"left before a value that was there before it", {0, 1, 2, 3}});
  expect_order(Collection::stack, nested, {0, 1, 2, 3});
  expect_order(Collection::bag, nested, {0, 1, 2, 3});
  const auto crossing = history_of_collection(
      {{insert, 1, 0, 1}, {insert, 2, 2, 3}, {remove_, 1, 4, 5}, {remove_, 2, 6, 7}});
  expect_order(Collection::fifo_queue, crossing, {0, 1, 2, 3});
  expect_refuted(Collection::stack, crossing, {"left out of turn", {0, 1, 2, 3}});
  const auto stayed =
      history_of_collection({{insert, 1, 0, 1}, {insert, 2, 2, 3}, {remove_, 2, 4, 5}});
  expect_refuted(Collection::fifo_queue, stayed,
                 {"left, and a value that was there before it stayed", {0, 1, 2}});
}

// Any two of three values can be nested or apart, but none of the three can lie at the bottom: 1
// leaves too early, 2 before 3, and 3 comes when 1 is there.
//
//   1  |-p-|~~~~~|-p-|
//   2    |---p---|~~~~~~~|-p-|
//   3        |-----p---|~~~~~~~~|-p-|
TEST(FastExamples, a_stack_needs_a_value_at_the_bottom) {
  const CollectionOperation push_1{insert, 1, 0, 2}, push_2{insert, 2, 1, 4},
      push_3{insert, 3, 3, 7}, pop_1{remove_, 1, 5, 6}, pop_2{remove_, 2, 8, 9},
      pop_3{remove_, 3, 10, 11};
  expect_refuted(Collection::stack,
                 history_of_collection({push_1, push_2, push_3, pop_1, pop_2, pop_3}),
                 {"left out of turn", {0, 1, 2, 3, 4, 5}});
  expect_order(Collection::stack, history_of_collection({push_1, push_2, pop_1, pop_2}),
               {1, 0, 2, 3});
  expect_order(Collection::stack, history_of_collection({push_2, push_3, pop_2, pop_3}),
               {1, 0, 2, 3});
  expect_order(Collection::stack, history_of_collection({push_1, push_3, pop_1, pop_3}),
               {0, 2, 1, 3});
}

// value 1  |-|~~~~~~~~~~~~~~|-|
// value 2         |-|~~~~~~~~~~~~~~|-|
// empty           .  |-----------|          all of it covered
TEST(FastExamples, emptiness_seen_where_there_is_none) {
  const auto history = history_of_collection({{insert, 1, 0, 1},
                                              {insert, 2, 2, 3},
                                              {saw_empty, nothing, 4, 9},
                                              {remove_, 1, 5, 6},
                                              {remove_, 2, 10, 11}});
  expect_refuted(Collection::bag, history, {"saw it empty while it was not", {1, 2, 4}});
  expect_refuted(Collection::fifo_queue, history, {"saw it empty while it was not", {1, 2, 4}});
}

TEST(FastExamples, a_removal_without_an_answer_explains_only_what_it_can) {
  const CollectionOperation lost{remove_, nothing, 2};
  const auto overtaken = history_of_collection(
      {{insert, 1, 0, 1}, {insert, 2, 3, 4}, {remove_, 2, 5, 6}, {remove_, 1, 7, 8}, lost});
  expect_refuted(Collection::fifo_queue, overtaken,
                 {"left before a value that was there before it", {0, 1, 2, 3}});
  // It may have taken value 1.
  const auto stayed =
      history_of_collection({{insert, 1, 0, 1}, {insert, 2, 3, 4}, {remove_, 2, 5, 6}, lost});
  const FastVerdict verdict = testing::decide(Collection::fifo_queue, stayed.operations());
  EXPECT_FALSE(verdict.is_applicable);
  EXPECT_EQ(verdict.reason, "a removal whose answer never came may explain it");
  expect_order(Collection::bag, stayed, {0, 1, 2});
}

TEST(FastExamples, a_set_remembers_its_values) {
  expect_refuted(
      Collection::set,
      history_of_collection({{insert, 1, 0, 1}, {saw_present, 7, 2, 3}, {saw_present, 1, 4, 5}}),
      {"one value is there when it cannot be, or is not when it must", {1}});
  expect_refuted(
      Collection::set,
      history_of_collection({{insert, 1, 0, 1}, {insert, 2, 2, 3}, {saw_absent, 1, 4, 5}}),
      {"one value is there when it cannot be, or is not when it must", {0, 2}});
  // A removal of unknown outcome may explain it, and so may one of a value not yet there not.
  expect_order(Collection::set,
               history_of_collection({{insert, 1, 0, 1}, {remove_, 1, 2}, {saw_absent, 1, 4, 5}}),
               {0, 1, 2});
  expect_refuted(
      Collection::set,
      history_of_collection({{remove_, 1, 0, 1}, {insert, 1, 2, 3}, {saw_absent, 1, 4, 5}}),
      {"one value is there when it cannot be, or is not when it must", {0, 1, 2}});
}

TEST(FastExamples, a_list_is_read_in_one_order) {
  expect_refuted(Collection::list, history_of_collection({{insert, 1, 0, 1}, read(2, 3, {1, 1})}),
                 {"appended once but read twice", {0, 1}});
  expect_refuted(Collection::list,
                 history_of_collection({{insert, 1, 0, 1},
                                        {insert, 2, 2, 3},
                                        read(4, 5, {1, 1}),
                                        read(6, 9, {1, 2, 3}),
                                        {insert, 3, 7, 8}}),
                 {"appended once but read twice", {0, 2}});
  expect_refuted(Collection::list, history_of_collection({{insert, 1, 0, 1}, read(2, 3, {1, 2})}),
                 {"read but never appended", {1}});
  expect_refuted(Collection::list,
                 history_of_collection(
                     {{insert, 1, 0, 9}, {insert, 2, 1, 8}, read(2, 3, {1}), read(4, 5, {2, 1})}),
                 {"two reads disagree on what came first", {0, 1, 2, 3}});
}

TEST(FastExamples, what_only_grows_keeps_real_time) {
  for (Collection collection : {Collection::list, Collection::set_reads}) {
    expect_refuted(collection, history_of_collection({read(0, 1, {1}), {insert, 1, 2, 3}}),
                   {"read before it was inserted", {0, 1}});
    expect_refuted(collection, history_of_collection({{insert, 1, 0, 1}, read(2, 3, {})}),
                   {"missing from a later read", {0, 1}});
    expect_refuted(collection,
                   history_of_collection({{insert, 1, 0, 9}, read(1, 2, {1}), read(3, 4, {})}),
                   {"missing from a read after one that had it", {0, 1, 2}});
    expect_refuted(collection,
                   history_of_collection({{insert, 1, 1, 2}, {insert, 2, 3, 4}, read(0, 5, {2})}),
                   {"came after a value inserted later", {0, 1, 2}});
  }
}

TEST(FastExamples, reads_of_a_set_are_a_chain) {
  expect_refuted(Collection::set_reads,
                 history_of_collection(
                     {{insert, 1, 0, 9}, {insert, 2, 1, 8}, read(2, 3, {1}), read(4, 5, {2})}),
                 {"two reads have each a value that the other lacks", {0, 1, 2, 3}});
  expect_refuted(Collection::set_reads, history_of_collection({read(0, 1, {3})}),
                 {"read but never added", {0}});
  expect_order(Collection::set_reads,
               history_of_collection({{insert, 1, 0, 9}, {insert, 2, 1, 8}, read(2, 3, {2, 1, 2})}),
               {0, 1, 2});
}

TEST(FastExamples, other_operations_are_not_judged) {
  for (int i = 0; i < 6; ++i) {
    const auto collection = static_cast<Collection>(i);
    const bool has_membership = collection == Collection::set;
    const auto foreign = history_of_collection(
        {has_membership ? read(0, 1, {}) : CollectionOperation{saw_present, 1, 0, 1}});
    const FastVerdict verdict = testing::decide(collection, foreign.operations());
    EXPECT_FALSE(verdict.is_applicable);
    EXPECT_NE(verdict.reason, "");
  }
}

// Numbers far apart take no memory of their own.
TEST(FastExamples, values_may_be_any_numbers) {
  const std::uint32_t large = 4'000'000'000U;
  expect_order(Collection::stack,
               history_of_collection({{insert, large, 0, 1}, {remove_, large, 2, 3}}), {0, 1});
  expect_order(Collection::list,
               history_of_collection({{insert, large, 0, 1}, read(2, 3, {large})}), {0, 1});
}

}  // namespace
}  // namespace faultrig
