// counter, unique-ids, monotonic and long-fork against twins that compare everything with
// everything, and against histories that are right, or wrong, by construction.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/counter_bounds.hpp"
#include "checkers/invariants/long_fork.hpp"
#include "checkers/invariants/monotonic.hpp"
#include "checkers/invariants/unique_ids.hpp"
#include "tests/checkers/invariants/object_histories_support.hpp"

namespace faultrig {
namespace {

using testing::any_object_history;
using testing::append_operation;
using testing::asked;
using testing::Dice;
using testing::figure;
using testing::ObjectHistory;
using testing::play;

bool is_ok_read(const Operation& operation) {
  return operation.f == "read" && operation.outcome == Outcome::ok;
}

// --- counters ---

Verdict judge_counter(const std::vector<Operation>& operations, bool eventual = false) {
  return make_counter_bounds_checker({.initial = 3, .eventual = eventual})
      ->check(history_of(operations), {});
}

// Reads that are a little off: by `spread` at most.
std::vector<Operation> counter_history(const ObjectHistory& options, std::uint64_t seed,
                                       std::uint64_t spread) {
  std::int64_t sum = 3;
  return play(
      options, seed,
      [&](Dice& dice) {
        if (dice.chance(1, 3)) return asked("read", dice.chance(1, 4) ? Value("final") : Value());
        return asked("add", static_cast<std::int64_t>(dice.below(11)) - 5);
      },
      [&, spread](Operation& operation, Dice& dice) {
        if (operation.f == "add") {
          sum += operation.input.as_integer();
        } else {
          const auto off = static_cast<std::int64_t>(dice.below(2 * spread + 1));
          operation.output = Value(sum + off - static_cast<std::int64_t>(spread));
        }
      });
}

// The sums of every choice, one by one.
bool is_possible(const Operation& read, const std::vector<Operation>& operations, bool eventual) {
  std::set<std::int64_t> sums = {3};
  for (const Operation& add : operations) {
    if (add.f != "add" || add.outcome == Outcome::fail) continue;
    if (add.invoked_at > read.completed_at) continue;
    const bool sees_all = !eventual || read.input == Value("final");
    const bool is_certain = sees_all && add.completed_at < read.invoked_at;
    std::set<std::int64_t> with;
    for (const std::int64_t sum : sums) with.insert(sum + add.input.as_integer());
    if (is_certain) sums.clear();
    sums.merge(with);
  }
  return sums.contains(read.output.as_integer());
}

RC_GTEST_PROP(CounterProperty, agrees_with_all_sums_of_all_choices, ()) {
  const auto operations = counter_history(
      any_object_history(16), *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::element(0u, 1u, 4u));
  RC_LOG() << draw_timeline(operations);
  for (const bool eventual : {false, true}) {
    const bool is_fine = std::all_of(operations.begin(), operations.end(), [&](const auto& each) {
      return !is_ok_read(each) || is_possible(each, operations, eventual);
    });
    RC_TAG(is_fine ? "fine" : "broken");
    const Verdict verdict = judge_counter(operations, eventual);
    RC_ASSERT((verdict.validity == Validity::invalid) == !is_fine);
  }
}

RC_GTEST_PROP(CounterProperty, a_counter_that_counts_breaks_nothing, ()) {
  const auto operations =
      counter_history(any_object_history(100), *rc::gen::arbitrary<std::uint64_t>(), 0);
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge_counter(operations).validity != Validity::invalid);
  RC_ASSERT(judge_counter(operations, true).validity != Validity::invalid);
}

TEST(Counter, sums_that_64_bits_do_not_hold_are_left_open) {
  std::vector<Operation> operations;
  const std::int64_t large = std::int64_t{1} << 61;
  append_operation(operations, "add", large, large);
  append_operation(operations, "add", large, large);
  append_operation(operations, "read", {}, 5);
  const Verdict verdict = make_counter_bounds_checker()->check(history_of(operations), {});
  EXPECT_EQ(verdict.validity, Validity::unknown);
  ASSERT_EQ(verdict.reasons.size(), 1u);
  EXPECT_NE(verdict.reasons[0].find("more than 64 bits hold"), std::string::npos);
}

// --- ids ---

RC_GTEST_PROP(UniqueIdsProperty, agrees_with_comparing_all_pairs, ()) {
  const std::uint64_t ids = *rc::gen::element(3u, 10u, 300u);
  const auto operations = play(
      any_object_history(20), *rc::gen::arbitrary<std::uint64_t>(),
      [](Dice&) { return asked("generate"); },
      [&](Operation& operation, Dice& dice) {
        const auto id = static_cast<std::int64_t>(dice.below(ids)) - 1;
        operation.output = dice.chance(1, 2) ? Value(id) : Value(std::to_string(id));
      });
  bool has_pair = false;
  for (const Operation& a : operations) {
    for (const Operation& b : operations) {
      has_pair = has_pair || (a.invoked_at < b.invoked_at && a.outcome == Outcome::ok &&
                              b.outcome == Outcome::ok && a.output == b.output);
    }
  }
  RC_TAG(has_pair ? "broken" : "fine");
  const Verdict verdict = make_unique_ids_checker()->check(history_of(operations), {});
  RC_ASSERT((verdict.validity == Validity::invalid) == has_pair);
}

// --- growing numbers ---

std::vector<Operation> growing_history(const ObjectHistory& options, std::uint64_t seed,
                                       std::uint64_t off) {
  std::int64_t now = 0;
  return play(
      options, seed, [](Dice&) { return asked("read"); },
      [&, off](Operation& operation, Dice& dice) {
        now += static_cast<std::int64_t>(dice.below(3));
        operation.output = Value(now - static_cast<std::int64_t>(dice.below(off + 1)));
        if (now == 0) operation.output = Value();
      });
}

RC_GTEST_PROP(MonotonicProperty, agrees_with_comparing_all_pairs, ()) {
  const auto operations = growing_history(
      any_object_history(14), *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::element(0u, 1u, 3u));
  RC_LOG() << draw_timeline(operations);
  const auto number = [](const Operation& read) {
    return read.output.is_nil() ? -1'000 : read.output.as_integer();
  };
  for (const bool real_time : {false, true}) {
    for (const bool strictly : {false, true}) {
      bool is_broken = false;
      for (const Operation& a : operations) {
        for (const Operation& b : operations) {
          if (!is_ok_read(a) || !is_ok_read(b) || a.completed_at > b.invoked_at) continue;
          if (!real_time && a.process != b.process) continue;
          const bool is_equal = number(a) == number(b) && !b.output.is_nil();
          is_broken = is_broken || number(b) < number(a) || (strictly && is_equal);
        }
      }
      const Verdict verdict = make_monotonic_checker({.real_time = real_time, .strictly = strictly})
                                  ->check(history_of(operations), {});
      RC_ASSERT((verdict.validity == Validity::invalid) == is_broken);
    }
  }
}

RC_GTEST_PROP(MonotonicProperty, what_grows_breaks_nothing, ()) {
  const auto operations =
      growing_history(any_object_history(60), *rc::gen::arbitrary<std::uint64_t>(), 0);
  const Verdict verdict =
      make_monotonic_checker({.real_time = true})->check(history_of(operations), {});
  RC_ASSERT(verdict.validity != Validity::invalid);
}

// --- long forks ---

Value access(const char* word, std::uint64_t key, Value value) {
  return Value::list({Value(word), Value(key), std::move(value)});
}

// Each key is written once; a read shows the keys that its replica has. With one replica there is
// no fork; with two, writes reach the second later, each in its own time.
std::vector<Operation> fork_history(const ObjectHistory& options, std::uint64_t seed,
                                    std::uint64_t replicas) {
  std::vector<std::set<std::int64_t>> held(replicas);
  std::uint64_t next = 0;
  return play(
      options, seed,
      [&](Dice& dice) {
        if (dice.chance(1, 2) && next < 6) {
          return asked("write", Value::list({access("w", next++, 1)}));
        }
        Value::List keys;
        for (std::uint64_t key = 0; key < 6; ++key) {
          if (dice.chance(1, 2)) keys.push_back(access("r", key, {}));
        }
        return asked("read", Value(keys));
      },
      [&](Operation& operation, Dice& dice) {
        std::set<std::int64_t>& replica = held[dice.below(replicas)];
        Value::List filled;
        for (const Value& item : operation.input.as_list()) {
          const std::int64_t key = item.as_list()[1].as_integer();
          if (operation.f == "write") replica.insert(key);
          const bool is_there = replica.contains(key);
          filled.push_back(access(operation.f == "write" ? "w" : "r",
                                  static_cast<std::uint64_t>(key), is_there ? Value(1) : Value()));
        }
        operation.output = Value(filled);
      });
}

bool has_long_fork(const std::vector<Operation>& operations) {
  std::set<std::pair<std::int64_t, std::int64_t>> there_and_not;
  for (const Operation& operation : operations) {
    if (!is_ok_read(operation)) continue;
    for (const Value& a : operation.output.as_list()) {
      for (const Value& b : operation.output.as_list()) {
        if (a.as_list()[2].is_nil() || !b.as_list()[2].is_nil()) continue;
        there_and_not.emplace(a.as_list()[1].as_integer(), b.as_list()[1].as_integer());
      }
    }
  }
  return std::any_of(there_and_not.begin(), there_and_not.end(), [&](const auto& pair) {
    return there_and_not.contains({pair.second, pair.first});
  });
}

RC_GTEST_PROP(LongForkProperty, agrees_with_comparing_all_pairs, ()) {
  const std::uint64_t replicas = *rc::gen::element(1u, 2u);
  const auto operations =
      fork_history(any_object_history(40), *rc::gen::arbitrary<std::uint64_t>(), replicas);
  RC_LOG() << draw_timeline(operations);
  const bool expected = has_long_fork(operations);
  RC_TAG(expected ? "fork" : "none");
  RC_ASSERT(replicas > 1 || !expected);
  const Verdict verdict = make_long_fork_checker()->check(history_of(operations), {});
  RC_ASSERT((verdict.validity == Validity::invalid) == expected);
}

TEST(LongFork, past_its_budget_the_verdict_is_unknown) {
  ObjectHistory options;
  options.operations = 200;
  CheckBudget budget;
  budget.steps = 100;
  const Verdict verdict =
      make_long_fork_checker()->check(history_of(fork_history(options, 1, 1)), budget);
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_EQ(verdict.reasons, std::vector<std::string>{
                                 "the budget of 100 steps ended before all reads were compared"});
}

}  // namespace
}  // namespace faultrig
