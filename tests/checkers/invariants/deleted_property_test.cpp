// deleted against a twin that takes its definition word for word, and against histories that are
// right, or wrong, by construction.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/deleted.hpp"
#include "tests/checkers/invariants/object_histories_support.hpp"

namespace faultrig {
namespace {

using testing::any_object_history;
using testing::append_operation;
using testing::asked;
using testing::Dice;
using testing::ObjectHistory;
using testing::play;

Verdict judge(const std::vector<Operation>& operations, bool linearizable) {
  return make_deleted_checker({.linearizable = linearizable})->check(history_of(operations), {});
}

Operation any_request(Dice& dice, const Value& fresh) {
  const std::uint64_t kind = dice.below(4);
  if (kind == 0) return asked("delete");
  if (kind == 1) return asked("write", fresh);
  return asked("read", dice.chance(1, 2) ? Value("final") : Value());
}

std::vector<Operation> arbitrary_history(const ObjectHistory& options, std::uint64_t seed) {
  return play(
      options, seed,
      [](Dice& dice) { return any_request(dice, Value(static_cast<std::int64_t>(dice.below(3)))); },
      [](Operation& operation, Dice& dice) {
        const auto shown = static_cast<std::int64_t>(dice.below(4));
        operation.output = operation.f != "read" ? operation.input
                           : shown == 3          ? Value()
                                                 : Value(shown);
      });
}

bool is_before(const Operation& a, const Operation& b) { return a.completed_at < b.invoked_at; }

bool is_shown_in_vain(const std::vector<Operation>& operations, const Operation& read,
                      bool linearizable) {
  std::vector<Operation> writes;
  bool has_unknown_deletion = false;
  for (const Operation& operation : operations) {
    const bool is_it = operation.f == "write" && operation.input == read.output &&
                       operation.outcome != Outcome::fail &&
                       operation.invoked_at < read.completed_at;
    if (is_it) writes.push_back(operation);
    has_unknown_deletion |= operation.f == "delete" && operation.outcome == Outcome::info;
  }
  if (writes.empty()) return true;
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& end) {
    const bool is_deletion = end.f == "delete";
    const bool is_gone = end.f == "read" && end.output.is_nil() &&
                         (linearizable || end.input == Value("final")) &&
                         (linearizable || !has_unknown_deletion);
    if (end.outcome != Outcome::ok || !(is_deletion || is_gone) || !is_before(end, read)) {
      return false;
    }
    return std::all_of(writes.begin(), writes.end(), [&](const Operation& write) {
      return write.outcome == Outcome::ok && is_before(write, end);
    });
  });
}

bool is_broken_by_definition(const std::vector<Operation>& operations, bool linearizable) {
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& read) {
    const bool is_judged = read.f == "read" && read.outcome == Outcome::ok &&
                           (linearizable || read.input == Value("final"));
    return is_judged && !read.output.is_nil() && is_shown_in_vain(operations, read, linearizable);
  });
}

RC_GTEST_PROP(DeletedProperty, agrees_with_the_definition, ()) {
  const auto operations =
      arbitrary_history(any_object_history(12), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  for (const bool linearizable : {false, true}) {
    const bool is_broken = is_broken_by_definition(operations, linearizable);
    RC_TAG(is_broken ? "broken" : "not broken");
    RC_ASSERT((judge(operations, linearizable).validity == Validity::invalid) == is_broken);
  }
}

// A register that does what it is asked, also what stays unknown.
std::vector<Operation> honest_history(const ObjectHistory& options, std::uint64_t seed) {
  Value held;
  std::int64_t next = 1;
  return play(
      options, seed, [&](Dice& dice) { return any_request(dice, next++); },
      [&](Operation& operation, Dice&) {
        operation.output = operation.f == "read" ? held : operation.input;
        if (operation.f != "read") held = operation.input;
      });
}

RC_GTEST_PROP(DeletedProperty, a_register_that_does_its_work_breaks_nothing, ()) {
  const auto operations =
      honest_history(any_object_history(60), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge(operations, true).validity != Validity::invalid);
  RC_ASSERT(judge(operations, false).validity != Validity::invalid);
}

RC_GTEST_PROP(DeletedProperty, a_deleted_value_that_comes_back_is_found, ()) {
  auto operations = honest_history(any_object_history(60), *rc::gen::arbitrary<std::uint64_t>());
  append_operation(operations, "write", 1'000, 1'000);
  append_operation(operations, "delete", {}, {});
  append_operation(operations, "read", "final", 1'000);
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge(operations, true).validity == Validity::invalid);
  RC_ASSERT(judge(operations, false).validity == Validity::invalid);
}

}  // namespace
}  // namespace faultrig
