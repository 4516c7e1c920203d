#include "checkers/linearizability/linearizability_checker.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "checkers/history/timeline.hpp"
#include "checkers/models/catalog.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

const NotLinearizable& evidence_of(const Verdict& verdict) {
  return std::get<NotLinearizable>(verdict.evidence);
}

Verdict judge(std::string_view drawing, const std::string& model = "cas-register",
              const Value& initial = 0, const CheckBudget& budget = {}) {
  return make_linearizability_checker(model, initial)
      ->check(parse_timeline(drawing).history, budget);
}

// `copies` keys with a long history each, where every client is busy all the time.
std::vector<Operation> busy_history(int copies, int operations, bool unique_values = true) {
  testing::RandomHistory options;
  options.operations = operations;
  options.clients = 12;
  options.unique_values = unique_values;
  std::vector<Operation> all;
  for (int key = 0; key < copies; ++key) {
    for (Operation operation : testing::linearizable_history(options, 5)) {
      operation.key = Value(key);
      operation.process = operation.process * copies + key;
      operation.invoked_at = operation.invoked_at * copies + key;
      if (operation.outcome != Outcome::info) {
        operation.completed_at = operation.completed_at * copies + key;
      }
      all.push_back(operation);
    }
  }
  return all;
}

TEST(LinearizabilityChecker, shows_the_longest_prefix_and_what_it_refuses) {
  const Verdict verdict = judge(
      "p0  |--[7] write 1--|  |--[7] write 2--|\n"
      "p1                                         |--[7] read 1--|\n"
      "p2                                           |--[7] cas 5->6--|\n"
      "p3                                             |--[7] write 3--------|\n"
      "p4  |--[8] write 1--|\n");
  EXPECT_EQ(verdict.checker, "linearizable");
  ASSERT_EQ(verdict.validity, Validity::invalid);
  const NotLinearizable& evidence = evidence_of(verdict);
  EXPECT_EQ(evidence.model, "cas-register");
  EXPECT_EQ(evidence.initial, Value(0));
  EXPECT_EQ(evidence.key, Value(7));
  EXPECT_EQ(evidence.operations, 5);
  EXPECT_TRUE(evidence.core_is_minimal);
  ASSERT_GE(evidence.prefix.size(), 2U);
  EXPECT_EQ(describe(evidence.prefix[0]), "[7] write 1");
  EXPECT_EQ(describe(evidence.prefix[1]), "[7] write 2");
  ASSERT_EQ(evidence.prefix.size(), 3U);
  EXPECT_EQ(evidence.state_after_prefix, "the register holds 3");
  ASSERT_EQ(evidence.refused.size(), 2U);
  EXPECT_EQ(describe(evidence.refused[0].operation), "[7] read -> 1");
  EXPECT_EQ(evidence.refused[0].reason, "the register holds 3, the read returned 1");
  EXPECT_EQ(evidence.refused[1].reason, "the register holds 3, the cas found 5");
  ASSERT_EQ(verdict.reasons.size(), 1U);
  EXPECT_EQ(verdict.reasons[0],
            "key 7 is not linearizable: no order of its 5 operations explains what the clients "
            "saw; 1 of them is enough to show it");
}

TEST(LinearizabilityChecker, names_every_key_that_failed_and_shows_the_first) {
  const Verdict verdict = judge(
      "p0  |--[\"b\"] write 1--|                       |--[\"c\"] read 0--|\n"
      "p1                      |--[\"b\"] read 0--|\n"
      "p2   |--[\"c\"] write 1--|\n"
      "p3   |--[\"a\"] write 1--|\n"
      "p4                                                                   |--[\"a\"] read "
      "0--|\n");
  ASSERT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(evidence_of(verdict).key, Value("b"));
  EXPECT_EQ(draw_timeline(evidence_of(verdict).core),
            "p0  |--[\"b\"] write 1--|\n"
            "p1                        |--[\"b\"] read 0--|\n");
  ASSERT_EQ(verdict.reasons.size(), 2U);
  EXPECT_EQ(verdict.reasons[1], "key \"c\", key \"a\" are not linearizable either");
}

TEST(LinearizabilityChecker, a_spent_budget_is_unknown_and_says_how_far_it_came) {
  const auto operations = busy_history(1, 400, false);
  const History history = history_of(operations);
  const auto checker = make_linearizability_checker("cas-register", 0);
  ASSERT_EQ(checker->check(history, {}).validity, Validity::valid);
  const Verdict steps = checker->check(history, {.steps = 300});
  ASSERT_EQ(steps.validity, Validity::unknown);
  ASSERT_EQ(steps.reasons.size(), 1U);
  EXPECT_NE(steps.reasons[0].find("the step budget was spent"), std::string::npos)
      << steps.reasons[0];
  EXPECT_NE(steps.reasons[0].find("the longest order found explains"), std::string::npos);
  const Verdict memory = checker->check(history, {.bytes = 20'000});
  ASSERT_EQ(memory.validity, Validity::unknown);
  EXPECT_NE(memory.reasons[0].find("the memory budget was spent"), std::string::npos)
      << memory.reasons[0];
}

// A contradiction between few operations needs no search of the whole.
TEST(LinearizabilityChecker, an_obvious_stale_read_is_found_on_a_small_budget) {
  auto operations = busy_history(1, 400);
  std::int64_t at = 1'000'000;
  for (const auto& [f, value] : {std::pair("write", 5001), {"write", 5002}, {"read", 5001}}) {
    Operation planted;
    planted.process = 1'000'000;
    planted.key = Value(0);
    planted.f = f;
    (planted.f == "read" ? planted.output : planted.input) = value;
    planted.outcome = Outcome::ok;
    planted.invoked_at = at++;
    planted.completed_at = at++;
    operations.push_back(planted);
  }
  const Verdict verdict = make_linearizability_checker("cas-register", 0)
                              ->check(history_of(operations), {.steps = 300});
  ASSERT_EQ(verdict.validity, Validity::invalid);
  ASSERT_EQ(evidence_of(verdict).core.size(), 3U);
  EXPECT_EQ(draw_timeline(evidence_of(verdict).core),
            "p1000000  |--[0] write 5001--|   |--[0] write 5002--|   |--[0] read 5001--|\n");
}

TEST(LinearizabilityChecker, keys_that_need_more_get_what_others_left) {
  // Ten easy keys and a hard one, with a budget that is enough for all but not evenly dealt.
  const History hard = history_of(busy_history(1, 400));
  const auto checker = make_linearizability_checker("cas-register", 0);
  const auto steps_of = [](const Verdict& verdict) {
    for (const auto& [name, text] : verdict.statistics) {
      if (name == "steps") return std::stoull(text);
    }
    return 0ULL;
  };
  const std::uint64_t needed = steps_of(checker->check(hard, {}));
  std::vector<Operation> operations = busy_history(1, 400);
  const std::int64_t end = operations.back().invoked_at + 1000;
  for (int key = 1; key <= 10; ++key) {
    Operation write;
    write.process = 1'000'000 + key;
    write.f = "write";
    write.key = Value(key);
    write.input = 1;
    write.outcome = Outcome::ok;
    write.invoked_at = end + 2 * key;
    write.completed_at = end + 2 * key + 1;
    operations.push_back(write);
  }
  // A share of the first round is not enough: it is spent, and the key is tried again.
  const History history = history_of(operations);
  const Verdict enough = checker->check(history, {.steps = needed * 3 / 2});
  EXPECT_EQ(enough.validity, Validity::valid)
      << (enough.reasons.empty() ? "" : enough.reasons.front());
  EXPECT_GT(steps_of(enough), needed);
}

TEST(LinearizabilityChecker, what_the_model_does_not_know_is_unknown_but_hides_no_anomaly) {
  const Verdict unknown = judge("p0 |--[1] add 3--| |--[2] write 1--|\n");
  EXPECT_EQ(unknown.validity, Validity::unknown);
  EXPECT_EQ(unknown.reasons.at(0),
            "key 1: a cas-register has read, write and cas, no add (event 0)");
  const Verdict plain = judge("p0 |--cas 1->2--|\n", "register");
  EXPECT_EQ(plain.reasons.at(0),
            "the history: a register has read and write, no cas (event 0); the model cas-register "
            "has it");
  const Verdict malformed = judge("p0 |--cas 1--|\n");
  EXPECT_EQ(malformed.reasons.at(0), "the history: a cas takes [from, to], not 1 (event 0)");
  const Verdict both = judge("p0 |--[1] add 3--| |--[2] write 1--| |--[2] read 0--|\n");
  EXPECT_EQ(both.validity, Validity::invalid);
  EXPECT_EQ(both.reasons.size(), 2U);
}

TEST(LinearizabilityChecker, an_empty_history_is_no_contradiction) {
  EXPECT_EQ(judge("").validity, Validity::valid);
}

TEST(LinearizabilityChecker, models_are_known_by_name) {
  for (const ModelDescription& model : model_catalog()) {
    EXPECT_EQ(make_linearizability_checker(model.name)->name(), "linearizable");
    EXPECT_FALSE(model.summary.empty());
  }
  EXPECT_NO_THROW(make_linearizability_checker("cas_register"));
  try {
    make_linearizability_checker("regster");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_TRUE(std::string(error.what())
                    .starts_with("no model is called \"regster\"; known are register, "
                                 "cas-register, kv-map"))
        << error.what();
  }
}

}  // namespace
}  // namespace faultrig
