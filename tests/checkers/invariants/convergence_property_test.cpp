// convergence against a twin that compares every read with every other, and against histories that
// are right, or wrong, by construction.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/convergence.hpp"
#include "tests/checkers/invariants/object_histories_support.hpp"

namespace faultrig {
namespace {

using testing::any_object_history;
using testing::append_operation;
using testing::asked;
using testing::Dice;
using testing::ObjectHistory;
using testing::play;

Verdict judge(const std::vector<Operation>& operations) {
  return make_convergence_checker()->check(history_of(operations), {});
}

bool is_broken(const std::vector<Operation>& operations) {
  return judge(operations).validity == Validity::invalid;
}

// Final reads may come at any time and show anything.
std::vector<Operation> arbitrary_registers(const ObjectHistory& options, std::uint64_t seed) {
  return play(
      options, seed,
      [](Dice& dice) {
        const std::uint64_t kind = dice.below(8);
        if (kind == 0) return asked("delete");
        const auto value = static_cast<std::int64_t>(dice.below(4));
        if (kind == 1) return asked("cas", Value::list({Value(9), Value(value)}));
        if (kind < 4) return asked("write", value);
        return asked("read", dice.chance(2, 3) ? Value("final") : Value());
      },
      [](Operation& operation, Dice& dice) {
        const std::uint64_t shown = dice.below(5);
        operation.output = operation.f != "read" ? operation.input
                           : shown == 4          ? Value()
                                                 : Value(shown);
      });
}

std::vector<Operation> arbitrary_sets(const ObjectHistory& options, std::uint64_t seed) {
  return play(
      options, seed,
      [](Dice& dice) {
        if (dice.chance(1, 20)) return asked("delete");
        if (dice.chance(1, 2)) return asked("add", static_cast<std::int64_t>(dice.below(4)));
        return asked("read", dice.chance(2, 3) ? Value("final") : Value());
      },
      [](Operation& operation, Dice& dice) {
        Value::List shown;
        for (std::int64_t element = 3; element >= 0; --element) {
          if (dice.chance(2, 3)) shown.emplace_back(element);
          if (dice.chance(1, 10)) shown.emplace_back(element);
        }
        operation.output = operation.f == "read" ? Value(shown) : operation.input;
      });
}

// Most reads of such a history come too early to be judged.
template <typename Show>
void look_once_more(std::vector<Operation>& operations, Show show) {
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  for (int i = 0; i < 3; ++i) append_operation(operations, "read", "final", show(dice));
}

std::vector<Operation> last_reads(const std::vector<Operation>& operations) {
  std::vector<Operation> reads;
  for (const Operation& read : operations) {
    if (read.f != "read" || read.input != Value("final") || read.outcome != Outcome::ok) continue;
    const bool is_last =
        std::all_of(operations.begin(), operations.end(), [&](const Operation& other) {
          return other.f == "read" || other.outcome != Outcome::ok ||
                 other.completed_at < read.invoked_at;
        });
    if (is_last) reads.push_back(read);
  }
  return reads;
}

// Whether an unknown operation of this kind and input is there.
bool may_come(const std::vector<Operation>& operations, const std::string& f, const Value& input) {
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& operation) {
    return operation.f == f && operation.outcome == Outcome::info && operation.input == input;
  });
}

bool registers_differ(const std::vector<Operation>& operations) {
  const auto is_certain = [&](const Value& value) {
    return !may_come(operations, "write", value) &&
           !may_come(operations, "cas", Value::list({Value(9), value})) &&
           !(value.is_nil() && may_come(operations, "delete", Value()));
  };
  const auto reads = last_reads(operations);
  return std::any_of(reads.begin(), reads.end(), [&](const Operation& a) {
    return std::any_of(reads.begin(), reads.end(), [&](const Operation& b) {
      return a.output != b.output && is_certain(a.output) && is_certain(b.output);
    });
  });
}

bool sets_differ(const std::vector<Operation>& operations) {
  if (may_come(operations, "delete", Value())) return false;
  const auto has = [](const Operation& read, std::int64_t element) {
    const Value::List& list = read.output.as_list();
    return std::find(list.begin(), list.end(), Value(element)) != list.end();
  };
  const auto reads = last_reads(operations);
  for (std::int64_t element = 0; element < 4; ++element) {
    if (may_come(operations, "add", element)) continue;
    for (const Operation& a : reads) {
      for (const Operation& b : reads) {
        if (has(a, element) != has(b, element)) return true;
      }
    }
  }
  return false;
}

RC_GTEST_PROP(ConvergenceProperty, registers_agree_with_comparing_all_pairs, ()) {
  auto operations =
      arbitrary_registers(any_object_history(12), *rc::gen::arbitrary<std::uint64_t>());
  look_once_more(operations,
                 [](Dice& dice) { return Value(static_cast<std::int64_t>(dice.below(5))); });
  RC_LOG() << draw_timeline(operations);
  const bool differ = registers_differ(operations);
  RC_TAG(differ ? "differ" : "agree");
  RC_ASSERT(is_broken(operations) == differ);
}

RC_GTEST_PROP(ConvergenceProperty, sets_agree_with_comparing_all_pairs_of_elements, ()) {
  auto operations = arbitrary_sets(any_object_history(12), *rc::gen::arbitrary<std::uint64_t>());
  look_once_more(operations, [](Dice& dice) {
    return Value::list({Value(static_cast<std::int64_t>(dice.below(2))), Value(2)});
  });
  RC_LOG() << draw_timeline(operations);
  const bool differ = sets_differ(operations);
  RC_TAG(differ ? "differ" : "agree");
  RC_ASSERT(is_broken(operations) == differ);
}

// Replicas that agree, and unknown writes that take effect whenever they like, also on one replica
// first: nobody is accused, whatever order the replicas are asked in.
RC_GTEST_PROP(ConvergenceProperty, unknown_writes_that_come_late_break_nothing, ()) {
  Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  std::int64_t next = 1;
  Value held;
  auto operations = play(
      any_object_history(20), dice.below(1'000'000), [&](Dice&) { return asked("write", next++); },
      [&](Operation& operation, Dice&) {
        operation.output = operation.input;
        held = operation.input;
      });
  std::vector<Value> late;
  for (const Operation& operation : operations) {
    if (operation.outcome == Outcome::info) late.push_back(operation.input);
  }
  std::vector<Value> replicas(3, held);
  for (int i = 0; i < 9; ++i) {
    Value& replica = replicas[dice.below(replicas.size())];
    if (!late.empty() && dice.chance(1, 2)) replica = late[dice.below(late.size())];
    append_operation(operations, "read", "final", replica);
  }
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge(operations).validity == Validity::valid);
}

RC_GTEST_PROP(ConvergenceProperty, a_replica_that_stays_behind_is_found, ()) {
  auto operations =
      arbitrary_registers(any_object_history(20), *rc::gen::arbitrary<std::uint64_t>());
  append_operation(operations, "write", 100, 100);
  append_operation(operations, "write", 101, 101);
  append_operation(operations, "read", "final", 101);
  append_operation(operations, "read", "final", 100);
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(is_broken(operations));
}

}  // namespace
}  // namespace faultrig
