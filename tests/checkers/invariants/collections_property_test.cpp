// set-full and total-queue against twins that take their definitions word for word, and against
// histories that are right, or wrong, by construction.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/history/timeline.hpp"
#include "checkers/invariants/set_full.hpp"
#include "checkers/invariants/total_queue.hpp"
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

// --- sets ---

Verdict judge_set(const std::vector<Operation>& operations, bool linearizable = false) {
  return make_set_full_checker({.linearizable = linearizable})->check(history_of(operations), {});
}

Value as_list(const std::set<std::int64_t>& elements) {
  return Value(Value::List(elements.begin(), elements.end()));
}

std::vector<Operation> set_history(const ObjectHistory& options, std::uint64_t seed) {
  std::set<std::int64_t> held;
  std::int64_t next = 0;
  return play(
      options, seed,
      [&](Dice& dice) { return dice.chance(1, 2) ? asked("add", next++) : asked("read"); },
      [&](Operation& operation, Dice&) {
        if (operation.f == "add") {
          held.insert(operation.input.as_integer());
        } else {
          operation.output = as_list(held);
        }
      });
}

// Reads of anything at all, twice the same included, by few values added again and again.
std::vector<Operation> arbitrary_set_history(const ObjectHistory& options, std::uint64_t seed) {
  return play(
      options, seed,
      [](Dice& dice) {
        if (dice.chance(1, 2)) return asked("add", dice.below(4));
        return asked("read", dice.chance(1, 4) ? Value("final") : Value());
      },
      [](Operation& operation, Dice& dice) {
        Value::List shown;
        for (std::int64_t element = 0; element < 5; ++element) {
          if (dice.chance(1, 2)) shown.emplace_back(element);
          if (dice.chance(1, 20)) shown.emplace_back(element);
        }
        operation.output = operation.f == "read" ? Value(shown) : operation.input;
      });
}

struct SetTwin {
  std::uint64_t stable = 0, lost = 0, never_read = 0, stale = 0, duplicated = 0;
  bool has_unexpected = false;

  explicit SetTwin(const std::vector<Operation>& operations) {
    std::vector<Operation> reads;
    for (const Operation& operation : operations) {
      if (operation.f == "read" && operation.outcome == Outcome::ok) reads.push_back(operation);
    }
    for (std::int64_t element = 0; element < 5; ++element) judge(element, operations, reads);
  }

  static std::int64_t times(const Operation& read, std::int64_t element) {
    const Value::List& shown = read.output.as_list();
    return std::count(shown.begin(), shown.end(), Value(element));
  }

  void judge(std::int64_t element, const std::vector<Operation>& operations,
             const std::vector<Operation>& reads) {
    std::int64_t known = Operation::never, begun = Operation::never;
    for (const Operation& operation : operations) {
      if (operation.f != "add" || operation.input != Value(element)) continue;
      if (operation.outcome == Outcome::ok) known = std::min(known, operation.completed_at);
      if (operation.outcome != Outcome::fail) begun = std::min(begun, operation.invoked_at);
    }
    bool is_doubled = false;
    std::int64_t present = -1, absent = -1;
    for (const Operation& read : reads) {
      if (times(read, element) > 1) is_doubled = true;
      if (times(read, element) > 0 && begun > read.completed_at) has_unexpected = true;
      if (times(read, element) > 0) known = std::min(known, read.completed_at);
      (times(read, element) > 0 ? present : absent) = read.invoked_at;
    }
    duplicated += is_doubled ? 1 : 0;
    if (begun == Operation::never) return;
    bool is_lost = known < absent && present < absent;
    std::map<ProcessId, Operation> last_final;
    for (const Operation& read : reads) {
      if (read.input == Value("final")) last_final[read.process] = read;
    }
    for (const auto& [process, read] : last_final) {
      if (times(read, element) == 0 && known < read.invoked_at) is_lost = true;
    }
    if (is_lost) {
      ++lost;
    } else if (present > absent) {
      ++stable;
      stale += known < absent ? 1 : 0;
    } else {
      ++never_read;
    }
  }
};

RC_GTEST_PROP(SetFullProperty, agrees_with_the_definition_element_by_element, ()) {
  const auto operations =
      arbitrary_set_history(any_object_history(14), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  const SetTwin twin(operations);
  for (const bool linearizable : {false, true}) {
    const Verdict verdict = judge_set(operations, linearizable);
    RC_ASSERT(figure(verdict, "stable") == twin.stable);
    RC_ASSERT(figure(verdict, "lost") == twin.lost);
    RC_ASSERT(figure(verdict, "never read") == twin.never_read);
    RC_ASSERT(figure(verdict, "stale") == twin.stale);
    RC_ASSERT(figure(verdict, "duplicated") == twin.duplicated);
    const bool is_broken = twin.lost > 0 || twin.duplicated > 0 || twin.has_unexpected ||
                           (linearizable && twin.stale > 0);
    RC_TAG(is_broken ? "broken" : "not broken");
    RC_ASSERT((verdict.validity == Validity::invalid) == is_broken);
  }
}

RC_GTEST_PROP(SetFullProperty, a_set_that_does_its_work_breaks_nothing, ()) {
  const auto operations = set_history(any_object_history(40), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge_set(operations, true).validity != Validity::invalid);
}

RC_GTEST_PROP(SetFullProperty, a_read_that_lacks_what_was_acknowledged_is_found, ()) {
  auto operations = set_history(any_object_history(40), *rc::gen::arbitrary<std::uint64_t>());
  append_operation(operations, "add", 1'000'000, 1'000'000);
  append_operation(operations, "read", {}, Value(Value::List{}));
  const Verdict verdict = judge_set(operations);
  RC_ASSERT(verdict.validity == Validity::invalid);
  RC_ASSERT(figure(verdict, "lost") >= 1u);
}

// --- queues ---

Verdict judge_queue(const std::vector<Operation>& operations) {
  return make_total_queue_checker()->check(history_of(operations), {});
}

std::vector<Operation> queue_history(const ObjectHistory& options, std::uint64_t seed,
                                     std::vector<std::int64_t>& held) {
  std::int64_t next = 0;
  return play(
      options, seed,
      [&](Dice& dice) { return dice.chance(1, 2) ? asked("enqueue", next++) : asked("dequeue"); },
      [&](Operation& operation, Dice& dice) {
        if (operation.f == "enqueue") {
          held.push_back(operation.input.as_integer());
        } else if (!held.empty()) {
          const auto at = held.begin() + static_cast<std::ptrdiff_t>(dice.below(held.size()));
          operation.output = Value(*at);
          held.erase(at);
        }
      });
}

std::vector<Operation> arbitrary_queue_history(const ObjectHistory& options, std::uint64_t seed) {
  return play(
      options, seed,
      [](Dice& dice) {
        return dice.chance(1, 2) ? asked("enqueue", dice.below(3)) : asked("dequeue");
      },
      [](Operation& operation, Dice& dice) {
        if (operation.f == "dequeue" && dice.chance(2, 3)) operation.output = Value(dice.below(3));
      });
}

// Tries every way to say which enqueue each dequeue took, and keeps the best of them.
class QueueTwin {
 public:
  explicit QueueTwin(const std::vector<Operation>& operations) {
    std::int64_t empty = -1;
    for (const Operation& operation : operations) {
      if (operation.f == "enqueue" && operation.outcome != Outcome::fail) in_.push_back(operation);
      if (operation.f != "dequeue" || operation.outcome == Outcome::fail) continue;
      const bool is_known = operation.outcome == Outcome::ok;
      if (is_known && operation.output.is_nil()) empty = std::max(empty, operation.invoked_at);
      if (!is_known) ++takers_;
      if (is_known && !operation.output.is_nil()) out_.push_back(operation);
    }
    for (const Operation& enqueue : in_) {
      is_before_empty_.push_back(enqueue.completed_at < empty);
      acknowledged_ += enqueue.outcome == Outcome::ok ? 1 : 0;
      before_empty_ += enqueue.completed_at < empty ? 1 : 0;
    }
    std::vector<bool> taken(in_.size(), false);
    choose(0, taken, 0, 0);
  }

  bool is_broken() const { return !is_explained_ || before_empty_ - best_before_ > takers_; }
  bool has_remaining() const {
    return acknowledged_ - best_acknowledged_ > before_empty_ - best_before_;
  }

 private:
  void choose(std::size_t dequeue, std::vector<bool>& taken, std::size_t acknowledged,
              std::size_t before) {
    best_before_ = std::max(best_before_, before);
    best_acknowledged_ = std::max(best_acknowledged_, acknowledged);
    if (dequeue == out_.size()) {
      is_explained_ = true;
      return;
    }
    for (std::size_t i = 0; i < in_.size(); ++i) {
      if (taken[i] || in_[i].input != out_[dequeue].output ||
          in_[i].invoked_at > out_[dequeue].completed_at) {
        continue;
      }
      taken[i] = true;
      choose(dequeue + 1, taken, acknowledged + (in_[i].outcome == Outcome::ok ? 1 : 0),
             before + (is_before_empty_[i] ? 1 : 0));
      taken[i] = false;
    }
  }

  std::vector<Operation> in_, out_;
  std::vector<bool> is_before_empty_;
  std::size_t acknowledged_ = 0, before_empty_ = 0, takers_ = 0;
  std::size_t best_before_ = 0, best_acknowledged_ = 0;
  bool is_explained_ = false;
};

RC_GTEST_PROP(TotalQueueProperty, agrees_with_trying_everything, ()) {
  const auto operations =
      arbitrary_queue_history(any_object_history(12), *rc::gen::arbitrary<std::uint64_t>());
  RC_LOG() << draw_timeline(operations);
  const QueueTwin twin(operations);
  const Verdict verdict = judge_queue(operations);
  RC_TAG(twin.is_broken() ? "broken" : twin.has_remaining() ? "open" : "fine");
  RC_ASSERT((verdict.validity == Validity::invalid) == twin.is_broken());
  if (!twin.is_broken() && figure(verdict, "acknowledged") > 0) {
    RC_ASSERT((verdict.validity == Validity::unknown) == twin.has_remaining());
  }
}

RC_GTEST_PROP(TotalQueueProperty, a_drained_queue_that_does_its_work_is_valid, ()) {
  std::vector<std::int64_t> held;
  auto operations =
      queue_history(any_object_history(60), *rc::gen::arbitrary<std::uint64_t>(), held);
  append_operation(operations, "drain", {}, Value(Value::List(held.begin(), held.end())));
  append_operation(operations, "enqueue", 1'000'000, 1'000'000);
  append_operation(operations, "dequeue", {}, 1'000'000);
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(judge_queue(operations).validity == Validity::valid);
}

RC_GTEST_PROP(TotalQueueProperty, a_value_that_stays_away_or_comes_twice_is_found, ()) {
  ObjectHistory options = any_object_history(40);
  options.unknown_percent = 0;  // else an unknown dequeue may have it
  std::vector<std::int64_t> held;
  auto operations = queue_history(options, *rc::gen::arbitrary<std::uint64_t>(), held);
  append_operation(operations, "enqueue", 1'000'000, 1'000'000);
  append_operation(operations, "drain", {}, Value(Value::List(held.begin(), held.end())));
  RC_ASSERT(figure(judge_queue(operations), "lost") == 1u);
  for (int i = 0; i < 2; ++i) append_operation(operations, "dequeue", {}, 1'000'000);
  const Verdict verdict = judge_queue(operations);
  RC_ASSERT(verdict.validity == Validity::invalid);
  RC_ASSERT(figure(verdict, "lost") == 0u);
  RC_ASSERT(figure(verdict, "duplicated") == 1u);
}

}  // namespace
}  // namespace faultrig
