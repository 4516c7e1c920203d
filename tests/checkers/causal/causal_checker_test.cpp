// What the checker says beside yes and no: names, statistics, reasons, budgets, sizes.
#include "checkers/causal/causal_checker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/guarded_check.hpp"
#include "checkers/history/timeline.hpp"
#include "tests/checkers/causal/causal_store_support.hpp"
#include "tests/checkers/causal/causal_twin_support.hpp"

namespace faultrig {
namespace {

using testing::Resolution;
using testing::store_history;
using testing::StoreFault;

Verdict judge(std::string_view drawing, CausalLevel promise = CausalLevel::causal) {
  return make_causal_checker(promise)->check(parse_timeline(drawing).history, {});
}

std::string statistic(const Verdict& verdict, const std::string& name) {
  for (const auto& [key, figure] : verdict.statistics) {
    if (key == name) return figure;
  }
  return "";
}

TEST(CausalLevels, have_words_that_lead_back) {
  std::set<std::string_view> words;
  for (const CausalLevel level : causal_levels()) {
    EXPECT_EQ(causal_level_from(to_string(level)), level);
    EXPECT_FALSE(words_for(level).empty());
    words.insert(to_string(level));
  }
  EXPECT_EQ(words.size(), 9u);
  EXPECT_EQ(causal_level_from("serializable"), std::nullopt);
}

TEST(CausalLevels, stand_in_an_order_that_has_weaker_ones_first) {
  for (const CausalLevel stronger : causal_levels()) {
    for (const CausalLevel weaker : causal_levels()) {
      if (implies(stronger, weaker)) {
        EXPECT_LE(weaker, stronger);
      }
    }
  }
  EXPECT_TRUE(implies(CausalLevel::causal_memory, CausalLevel::writes_follow_reads));
  EXPECT_TRUE(implies(CausalLevel::causal_memory, CausalLevel::monotonic_reads));
  EXPECT_TRUE(implies(CausalLevel::causal_convergence, CausalLevel::monotonic_reads));
  EXPECT_FALSE(implies(CausalLevel::causal, CausalLevel::monotonic_reads));
  EXPECT_FALSE(implies(CausalLevel::causal_convergence, CausalLevel::pram));
  EXPECT_FALSE(implies(CausalLevel::causal_memory, CausalLevel::read_atomic));
}

TEST(CausalChecker, names_every_broken_guarantee_the_weakest_first) {
  const Verdict verdict = judge(
      "p0  |--[1] write 1--||--[1] write 2--||--[1] read 1--|\n"
      "p1                                                      |--[1] read 2--||--[1] read 1--|\n");
  EXPECT_EQ(verdict.checker, "causal");
  EXPECT_EQ(verdict.validity, Validity::invalid);
  ASSERT_EQ(verdict.reasons.size(), 3u);
  EXPECT_EQ(verdict.reasons[0],
            "read your writes is broken: `[1] read -> 1` of process 0 (event 4) returned an older "
            "value than `[1] write 2` of process 0 (event 2), which was in its past");
  EXPECT_TRUE(verdict.reasons[1].starts_with("monotonic writes are broken: "));
  EXPECT_EQ(verdict.reasons[2], "so causal consistency is broken");
  EXPECT_EQ(statistic(verdict, "read-your-writes"), "broken");
  EXPECT_EQ(statistic(verdict, "monotonic-reads"), "broken (not promised)");
  EXPECT_EQ(statistic(verdict, "monotonic-writes"), "broken");
  EXPECT_EQ(statistic(verdict, "writes-follow-reads"), "holds");
  EXPECT_EQ(statistic(verdict, "sessions"), "2");
  EXPECT_EQ(std::get<NotCausal>(verdict.evidence).operations.size(), 3u);
}

TEST(CausalChecker, counts_the_reads_that_break_a_guarantee) {
  const Verdict verdict =
      judge("p0  |--write 1--||--write 2--||--read 1--||--write 3--||--read 2--|\n",
            CausalLevel::read_your_writes);
  ASSERT_EQ(verdict.reasons.size(), 1u);
  EXPECT_TRUE(verdict.reasons[0].ends_with("; so do 1 other reads")) << verdict.reasons[0];
}

TEST(CausalChecker, words_of_a_key_value_store_are_understood) {
  EXPECT_EQ(judge("p0  |--[1] put 1--||--[1] put 2--||--[1] get 1--|\n").validity,
            Validity::invalid);
  EXPECT_EQ(judge("p0  |--[1] put 1--||--[1] put 2--||--[1] get 2--|\n").validity, Validity::valid);
}

TEST(CausalChecker, refuses_what_it_cannot_judge_and_names_it) {
  const Verdict twice = judge("p0  |--write 1--|\np1                 |--write 1--|\n");
  EXPECT_EQ(twice.validity, Validity::unknown);
  ASSERT_EQ(twice.reasons.size(), 1u);
  EXPECT_NE(twice.reasons[0].find("`write 1` of process 0 (event 0) and `write 1` of process 1"),
            std::string::npos);
  // A failed write was none, so nothing is ambiguous.
  EXPECT_EQ(judge("p0  |--write 1--x\np1                 |--write 1--||--read 1--|\n").validity,
            Validity::valid);
  EXPECT_EQ(make_causal_checker()->check(History(), {}).validity, Validity::valid);
}

TEST(CausalChecker, a_spent_budget_is_unknown_and_says_so) {
  const auto operations = store_history({.operations = 2000, .clients = 5, .keys = 3},
                                        Resolution::last_delivered, StoreFault::none, 1);
  const History history = history_of(operations);
  for (const CausalLevel level : causal_levels()) {
    const auto checker = make_causal_checker(level);
    const Verdict little = checker->check(history, {.steps = 10});
    // Read atomicity costs no more than reading the history, and is broken here: so is what has it.
    if (!implies(level, CausalLevel::read_atomic)) {
      EXPECT_EQ(little.validity, Validity::unknown) << to_string(level);
      EXPECT_NE(little.reasons.front().find("budget was spent"), std::string::npos);
    }
  }
  const Verdict memory = make_causal_checker()->check(history, {.bytes = 1000});
  EXPECT_EQ(memory.validity, Validity::unknown);
  EXPECT_NE(memory.reasons.front().find("memory budget"), std::string::npos);
}

// What a small budget leaves open, a broken guarantee decides.
TEST(CausalChecker, a_broken_part_breaks_the_whole_even_where_that_is_undecided) {
  const auto operations = store_history({.operations = 300, .clients = 4, .keys = 2},
                                        Resolution::last_delivered, StoreFault::own_write_late, 3);
  const Verdict verdict = make_causal_checker()->check(history_of(operations), {.bytes = 100});
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(std::get<NotCausal>(verdict.evidence).promise, "read-your-writes");
}

TEST(CausalChecker, gives_the_same_verdict_every_time) {
  const auto operations = store_history({.operations = 400, .clients = 6, .keys = 3},
                                        Resolution::last_delivered, StoreFault::any_order, 5);
  const History history = history_of(operations);
  for (const CausalLevel level : causal_levels()) {
    const auto checker = make_causal_checker(level);
    EXPECT_EQ(checker->check(history, {}).reasons, checker->check(history, {}).reasons);
  }
}

// Thousands of processes, as a long run with unknown outcomes has them: trees of several levels.
TEST(CausalSizes, thousands_of_sessions) {
  for (const Resolution resolution : {Resolution::last_delivered, Resolution::stamped}) {
    auto operations =
        store_history({.operations = 8000, .clients = 6, .keys = 5, .unknown_percent = 30},
                      resolution, StoreFault::none, 9);
    const CausalLevel kept = resolution == Resolution::stamped ? CausalLevel::causal_convergence
                                                               : CausalLevel::causal_memory;
    for (const CausalRung& rung : climb_causal_ladder(history_of(operations), {}, {})) {
      if (implies(kept, rung.level)) {
        EXPECT_EQ(rung.verdict.validity, Validity::valid) << to_string(rung.level);
      }
    }
    // A new process writes twice and reads what it wrote first.
    const std::int64_t end = operations.back().invoked_at + 2;
    for (std::int64_t i = 0; i < 3; ++i) {
      Operation operation;
      operation.process = 1'000'000;
      operation.key = Value(0);
      operation.f = i < 2 ? "write" : "read";
      (i < 2 ? operation.input : operation.output) = Value(5'000'000 + (i == 2 ? 0 : i));
      operation.outcome = Outcome::ok;
      operation.invoked_at = end + 2 * i;
      operation.completed_at = end + 2 * i + 1;
      operations.push_back(operation);
    }
    const History history = history_of(operations);
    for (const CausalRung& rung : climb_causal_ladder(history, {}, {})) {
      if (!implies(rung.level, CausalLevel::read_your_writes)) continue;
      ASSERT_EQ(rung.verdict.validity, Validity::invalid) << to_string(rung.level);
      const auto& evidence = std::get<NotCausal>(rung.verdict.evidence);
      EXPECT_EQ(testing::flaw_of(evidence, history.operations()), "");
    }
  }
}

// No recursion as deep as the history: one session, a chain through all sessions, a circle of them.
TEST(CausalSizes, long_and_deep_histories) {
  constexpr std::int64_t length = 100'000;
  std::vector<Operation> chain;
  for (std::int64_t i = 0; i < length; ++i) {
    Operation operation;
    operation.process = i / 2;
    operation.key = Value(i % 2 == 0 ? i / 2 - 1 : i / 2);
    operation.f = i % 2 == 0 ? "read" : "write";
    if (i > 0) (i % 2 == 0 ? operation.output : operation.input) = Value(1);
    operation.outcome = Outcome::ok;
    operation.invoked_at = 2 * i;
    operation.completed_at = 2 * i + 1;
    chain.push_back(operation);
  }
  for (const CausalRung& rung : climb_causal_ladder(history_of(chain), {}, {})) {
    EXPECT_EQ(rung.verdict.validity, Validity::valid) << to_string(rung.level);
  }
  // The first read returns what the last session wrote: the shortest circle has them all.
  chain.front().output = Value(1);
  chain.front().key = chain.back().key;
  const CausalLevel levels[] = {CausalLevel::causal};
  const Verdict verdict = judge_causal_levels(history_of(chain), {}, {}, levels)[0].verdict;
  ASSERT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(std::get<NotCausal>(verdict.evidence).operations.size(),
            static_cast<std::size_t>(length));
  std::vector<Operation> alone = chain;
  for (Operation& each : alone) each.process = 0;
  alone.front().output = {};
  EXPECT_EQ(make_causal_checker(CausalLevel::causal_memory)->check(history_of(alone), {}).validity,
            Validity::valid);
}

}  // namespace
}  // namespace faultrig
