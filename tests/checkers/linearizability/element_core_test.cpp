// Contradictions between reads of whole lists and sets are shown by the few elements that matter.
#include "checkers/linearizability/element_core.hpp"

#include <gtest/gtest.h>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

using testing::Dice;

// One after the other, with a read of everything now and then.
class Log {
 public:
  void add(std::string f, Value input, Value output = {}) {
    Operation operation;
    operation.process = static_cast<ProcessId>(operations_.size() % 3);
    operation.f = std::move(f);
    operation.input = std::move(input);
    operation.output = std::move(output);
    operation.outcome = Outcome::ok;
    operation.invoked_at = index_++;
    operation.completed_at = index_++;
    operations_.push_back(std::move(operation));
  }
  NotLinearizable evidence(const std::string& model, const Value& initial = {}) const {
    const Verdict verdict =
        make_linearizability_checker(model, initial)->check(history_of(operations_), {});
    EXPECT_EQ(verdict.validity, Validity::invalid);
    return std::get<NotLinearizable>(verdict.evidence);
  }

 private:
  std::int64_t index_ = 0;
  std::vector<Operation> operations_;
};

Value numbers(std::int64_t first, std::int64_t last) {
  Value::List items;
  for (std::int64_t i = first; i <= last; ++i) items.emplace_back(i);
  return Value(std::move(items));
}

TEST(ElementCore, a_lost_append_among_many_is_shown_alone) {
  Log log;
  for (std::int64_t i = 0; i < 300; ++i) log.add("append", i);
  Value::List seen = numbers(0, 299).as_list();
  seen.erase(seen.begin() + 123);
  log.add("read", {}, Value(seen));
  const NotLinearizable evidence = log.evidence("list");
  ASSERT_EQ(evidence.core.size(), 2u) << draw_timeline(evidence.core);
  EXPECT_EQ(describe(evidence.core[0]), "append 123");
  EXPECT_EQ(describe(evidence.core[1]), "read -> []");
  EXPECT_TRUE(evidence.core_is_projected);
  EXPECT_TRUE(evidence.core_is_minimal);
}

TEST(ElementCore, two_reads_that_disagree_on_an_order_are_shown_with_two_elements) {
  Log log;
  for (std::int64_t i = 0; i < 50; ++i) log.add("append", i);
  Value::List seen = numbers(0, 49).as_list();
  std::swap(seen[10], seen[40]);
  log.add("read", {}, Value(seen));
  const NotLinearizable evidence = log.evidence("list");
  EXPECT_EQ(evidence.core.size(), 3u) << draw_timeline(evidence.core);
}

TEST(ElementCore, an_element_that_came_back_is_shown_alone) {
  Log log;
  for (std::int64_t i = 0; i < 40; ++i) log.add("add", i);
  log.add("read", {}, numbers(0, 39));
  log.add("remove", 7);
  log.add("read", {}, numbers(0, 39));
  const NotLinearizable evidence = log.evidence("set");
  ASSERT_EQ(evidence.core.size(), 3u) << draw_timeline(evidence.core);
  EXPECT_EQ(describe(evidence.core[0]), "add 7");
  EXPECT_EQ(describe(evidence.core[1]), "remove 7");
  EXPECT_EQ(describe(evidence.core[2]), "read -> [7]");
}

TEST(ElementCore, the_beginning_is_shown_as_far_as_it_matters) {
  Log log;
  log.add("add", 10);
  log.add("read", {}, numbers(1, 10));
  const NotLinearizable evidence = log.evidence("set", numbers(0, 9));
  EXPECT_EQ(evidence.core.size(), 1u) << draw_timeline(evidence.core);
  EXPECT_EQ(evidence.initial.to_string(), "[0]");
  EXPECT_EQ(describe(evidence.core[0]), "read -> []");
}

TEST(ElementCore, one_that_only_a_failed_append_can_have_put_there_is_shown_with_it) {
  std::vector<Operation> operations;
  Timeline drawn = parse_timeline(
      "check linearizable model=list\n"
      "p0  |--append 1--|  |--append 2--x\n"
      "p1                                   |--read [1,2]--|\n",
      "case");
  const Verdict verdict = make_linearizability_checker("list")->check(drawn.history, {});
  const auto& core = std::get<NotLinearizable>(verdict.evidence).core;
  ASSERT_EQ(core.size(), 2u);
  EXPECT_EQ(core[0].outcome, Outcome::fail);
  EXPECT_EQ(describe(core[1]), "read -> [2]");
}

}  // namespace
}  // namespace faultrig
