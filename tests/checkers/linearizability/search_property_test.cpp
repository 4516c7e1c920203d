// The checker against its stupid twin, and against what must not change a verdict.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

using testing::arbitrary_history;
using testing::is_linearizable_by_brute_force;
using testing::linearizable_history;
using testing::RandomHistory;

Verdict judge(const std::vector<Operation>& operations, const std::string& model = "cas-register",
              const Value& initial = 0) {
  return make_linearizability_checker(model, initial)->check(history_of(operations), {});
}

RandomHistory small_history() {
  RandomHistory options;
  options.operations = *rc::gen::inRange(1, 9);
  options.clients = *rc::gen::inRange(1, 6);
  options.values = *rc::gen::inRange(1, 5);
  options.unique_values = *rc::gen::arbitrary<bool>();
  options.with_cas = *rc::gen::arbitrary<bool>();
  options.unknown_percent = *rc::gen::element(0, 20, 50);
  options.failed_percent = *rc::gen::element(0, 20);
  return options;
}

// A core must contradict itself, and must not hang on an observer whose writer was left out.
void expect_sound_core(const Verdict& verdict, const std::vector<Operation>& operations,
                       const Value& initial) {
  const auto& evidence = std::get<NotLinearizable>(verdict.evidence);
  RC_ASSERT(!evidence.core.empty());
  RC_ASSERT(evidence.core_is_minimal);
  RC_ASSERT(!is_linearizable_by_brute_force(evidence.core, initial));
  for (const Operation& observer : evidence.core) {
    if (observer.f != "read" || observer.output == initial) continue;
    const auto wrote_it = [&](const Operation& operation) {
      if (operation.outcome == Outcome::fail || operation.invoked_at > observer.completed_at) {
        return false;
      }
      if (operation.f == "write") return operation.input == observer.output;
      return operation.f == "cas" && operation.input.as_list()[1] == observer.output &&
             operation.input.as_list()[0] != observer.output;
    };
    const bool has_writer = std::any_of(
        operations.begin(), operations.end(),
        [&](const auto& each) { return wrote_it(each) && each.invoked_at != observer.invoked_at; });
    const bool kept_writer = std::any_of(evidence.core.begin(), evidence.core.end(), wrote_it);
    // Event indices differ between the two by the gaps of dropped info events only.
    RC_ASSERT(!has_writer || kept_writer);
  }
}

RC_GTEST_PROP(SearchProperty, agrees_with_brute_force_on_arbitrary_histories, ()) {
  const auto operations = arbitrary_history(small_history(), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  const bool expected = is_linearizable_by_brute_force(operations, 0);
  RC_TAG(expected ? "linearizable" : "not");
  const Verdict verdict = judge(operations);
  RC_ASSERT(verdict.validity == (expected ? Validity::valid : Validity::invalid));
  if (!expected) expect_sound_core(verdict, operations, 0);
}

// The same without shrinking and in great number: the reductions meet in rare corners only.
TEST(Search, agrees_with_brute_force_many_times) {
  int refuted = 0;
  for (std::uint64_t seed = 0; seed < 12'000; ++seed) {
    testing::Dice dice(seed);
    RandomHistory options;
    options.operations = 3 + static_cast<int>(dice.below(6));
    options.clients = 1 + static_cast<int>(dice.below(5));
    options.values = 1 + static_cast<int>(dice.below(3));
    options.with_append = seed % 4 == 0;
    options.unknown_percent = static_cast<int>(dice.below(3)) * 30;
    options.failed_percent = static_cast<int>(dice.below(2)) * 20;
    const auto operations = arbitrary_history(options, seed);
    const Value initial = options.with_append ? Value("") : Value(0);
    const bool expected = is_linearizable_by_brute_force(operations, initial);
    const Verdict verdict =
        judge(operations, options.with_append ? "kv-map" : "cas-register", initial);
    ASSERT_EQ(verdict.validity, expected ? Validity::valid : Validity::invalid)
        << "seed " << seed << "\n"
        << draw_timeline(operations);
    if (expected) continue;
    ++refuted;
    const auto& core = std::get<NotLinearizable>(verdict.evidence).core;
    ASSERT_FALSE(is_linearizable_by_brute_force(core, initial)) << draw_timeline(core);
  }
  EXPECT_GT(refuted, 1000);
  EXPECT_LT(refuted, 11'000);
}

RC_GTEST_PROP(SearchProperty, accepts_what_is_linearizable_by_construction, ()) {
  RandomHistory options = small_history();
  options.operations = *rc::gen::inRange(1, 200);
  const auto operations = linearizable_history(options, *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge(operations).validity == Validity::valid);
}

// A read of what was overwritten before the read began, and never written again.
RC_GTEST_PROP(SearchProperty, refuses_a_planted_stale_read, ()) {
  RandomHistory options;
  options.operations = *rc::gen::inRange(4, 150);
  options.clients = *rc::gen::inRange(1, 6);
  options.unique_values = true;
  options.with_cas = false;
  options.unknown_percent = *rc::gen::element(0, 20);
  auto operations = linearizable_history(options, *rc::gen::arbitrary<std::uint64_t>());
  std::int64_t at = 0;
  for (const Operation& operation : operations) {
    at = std::max(at, operation.invoked_at);
    if (operation.outcome == Outcome::ok) at = std::max(at, operation.completed_at);
  }
  for (auto [f, value] : {std::pair("write", 1001), {"write", 1002}, {"read", 1001}}) {
    Operation planted;
    planted.process = 1000;
    planted.f = f;
    (planted.f == "read" ? planted.output : planted.input) = value;
    planted.outcome = Outcome::ok;
    planted.invoked_at = ++at;
    planted.completed_at = ++at;
    operations.push_back(planted);
  }
  const Verdict verdict = judge(operations);
  RC_ASSERT(verdict.validity == Validity::invalid);
  const auto& core = std::get<NotLinearizable>(verdict.evidence).core;
  RC_ASSERT(core.size() == 3U);
  RC_ASSERT(core[0].input == Value(1001));
  RC_ASSERT(core[1].input == Value(1002));
  RC_ASSERT(core[2].output == Value(1001));
}

RC_GTEST_PROP(SearchProperty, kv_map_agrees_with_brute_force, ()) {
  RandomHistory options = small_history();
  options.with_append = true;
  options.unique_values = false;
  const auto operations = arbitrary_history(options, *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  const bool expected = is_linearizable_by_brute_force(operations, "");
  const Verdict verdict = judge(operations, "kv-map", "");
  RC_ASSERT(verdict.validity == (expected ? Validity::valid : Validity::invalid));
  if (!expected) {
    const auto& core = std::get<NotLinearizable>(verdict.evidence).core;
    RC_ASSERT(!is_linearizable_by_brute_force(core, ""));
  }
}

RC_GTEST_PROP(SearchProperty, renaming_values_changes_nothing, ()) {
  auto operations = arbitrary_history(small_history(), *rc::gen::arbitrary<std::uint64_t>());
  const Validity before = judge(operations).validity;
  const auto renamed = [](const Value& value) {
    return value.is_integer() ? Value("v" + std::to_string(value.as_integer() * 7)) : value;
  };
  for (Operation& operation : operations) {
    operation.output = renamed(operation.output);
    operation.input = operation.f == "cas" ? Value::list({renamed(operation.input.as_list()[0]),
                                                          renamed(operation.input.as_list()[1])})
                                           : renamed(operation.input);
  }
  RC_ASSERT(judge(operations, "cas-register", "v0").validity == before);
}

// Two keys interleaved are judged as each alone, and the same with the keys swapped.
RC_GTEST_PROP(SearchProperty, keys_are_independent, ()) {
  auto first = arbitrary_history(small_history(), *rc::gen::arbitrary<std::uint64_t>());
  auto second = arbitrary_history(small_history(), *rc::gen::arbitrary<std::uint64_t>());
  const Validity expected = worst(judge(first).validity, judge(second).validity);
  for (int turn = 0; turn < 2; ++turn) {
    std::vector<Operation> both;
    for (int which = 0; which < 2; ++which) {
      for (Operation operation : which == 0 ? first : second) {
        operation.key = Value(which == turn ? "x" : "y");
        operation.process = operation.process * 2 + which;
        operation.invoked_at = operation.invoked_at * 2 + which;
        if (operation.outcome != Outcome::info) {
          operation.completed_at = operation.completed_at * 2 + which;
        }
        both.push_back(operation);
      }
    }
    RC_ASSERT(judge(both).validity == expected);
  }
}

// What comes out does not depend on how many threads judge.
RC_GTEST_PROP(SearchProperty, threads_change_nothing, ()) {
  RandomHistory options = small_history();
  options.operations = 60;
  std::vector<Operation> all;
  for (int key = 0; key < 6; ++key) {
    for (Operation operation : arbitrary_history(options, *rc::gen::arbitrary<std::uint64_t>())) {
      operation.key = Value(key);
      operation.process = operation.process * 6 + key;
      operation.invoked_at = operation.invoked_at * 6 + key;
      if (operation.outcome != Outcome::info) {
        operation.completed_at = operation.completed_at * 6 + key;
      }
      all.push_back(operation);
    }
  }
  const auto checker = make_linearizability_checker("cas-register", 0);
  const History history = history_of(all);
  CheckBudget budget;
  budget.threads = 1;
  const Verdict alone = checker->check(history, budget);
  budget.threads = 4;
  const Verdict together = checker->check(history, budget);
  RC_ASSERT(alone.validity == together.validity);
  RC_ASSERT(alone.reasons == together.reasons);
  RC_ASSERT(alone.statistics == together.statistics);
}

}  // namespace
}  // namespace faultrig
