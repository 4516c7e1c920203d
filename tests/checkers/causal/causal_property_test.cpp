// The causal checker against its stupid twins, against histories that are right or wrong by
// construction, and against what its levels promise each other.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/consistency.hpp"
#include "tests/checkers/causal/causal_store_support.hpp"
#include "tests/checkers/causal/causal_twin_support.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

using testing::arbitrary_causal_history;
using testing::causal_effort;
using testing::Dice;
using testing::holds_by_definition;
using testing::holds_by_patterns;
using testing::Resolution;
using testing::store_history;
using testing::StoreFault;
using testing::StoreShape;

using Validities = std::map<CausalLevel, Validity>;

// Judges every level; each refutation must be a proof, and its operations alone be refuted too.
Validities judge(const std::vector<Operation>& operations, std::string& flaw) {
  Validities validities;
  const History history = history_of(operations);
  for (const CausalRung& rung : climb_causal_ladder(history, {}, {})) {
    validities[rung.level] = rung.verdict.validity;
    if (rung.verdict.validity != Validity::invalid) continue;
    const auto& evidence = std::get<NotCausal>(rung.verdict.evidence);
    const std::string wrong = testing::flaw_of(evidence, history.operations());
    if (!wrong.empty()) flaw += fmt::format("{}: {}\n", to_string(rung.level), wrong);
    const CausalLevel levels[] = {rung.level};
    const auto alone = judge_causal_levels(history_of(evidence.operations), {}, {}, levels);
    if (alone.front().verdict.validity != Validity::invalid) {
      flaw += fmt::format("{}: its operations alone are fine\n{}", to_string(rung.level),
                          draw_timeline(evidence.operations));
    }
  }
  return validities;
}

std::string failure(const std::vector<Operation>& operations,
                    bool (*holds)(CausalLevel, const std::vector<Operation>&)) {
  std::string text;
  const Validities validities = judge(operations, text);
  for (const auto& [level, validity] : validities) {
    const bool expected = holds(level, operations);
    if (validity != (expected ? Validity::valid : Validity::invalid)) {
      text += fmt::format("{} is said to be {}\n", to_string(level), to_string(validity));
    }
    for (const auto& [weaker, other] : validities) {
      if (implies(level, weaker) && worst(validity, other) != validity) {
        text += fmt::format("{} holds but {} does not\n", to_string(level), to_string(weaker));
      }
    }
  }
  return text.empty() ? text : text + draw_timeline(operations);
}

StoreShape some_shape(Dice& dice, int operations) {
  StoreShape shape;
  shape.operations = operations;
  // More than 32 sessions make clocks of more than one row.
  shape.clients = dice.chance(1, 10) ? 40 : 1 + static_cast<int>(dice.below(4));
  shape.keys = 1 + static_cast<int>(dice.below(3));
  shape.unknown_percent = dice.chance(1, 3) ? 15 : 0;
  shape.failed_percent = dice.chance(1, 3) ? 10 : 0;
  shape.write_percent = 30 + static_cast<int>(dice.below(40));
  return shape;
}

std::vector<Operation> some_history(std::uint64_t seed, int most_operations) {
  Dice dice(seed);
  const int operations =
      2 + static_cast<int>(dice.below(static_cast<std::uint64_t>(most_operations - 1)));
  const StoreShape shape = some_shape(dice, operations);
  if (dice.chance(1, 3)) return arbitrary_causal_history(shape, seed);
  return store_history(shape, dice.chance(1, 2) ? Resolution::stamped : Resolution::last_delivered,
                       static_cast<StoreFault>(dice.below(5)), seed);
}

TEST(CausalTwin, agrees_with_every_order_tried) {
  for (std::uint64_t seed = 0; seed < 1'500u * static_cast<unsigned>(causal_effort()); ++seed) {
    ASSERT_EQ(failure(some_history(seed, 8), holds_by_definition), "") << "seed " << seed;
  }
}

TEST(CausalTwin, agrees_with_the_patterns_of_the_paper) {
  std::map<CausalLevel, int> broken;
  for (std::uint64_t seed = 0; seed < 4'000u * static_cast<unsigned>(causal_effort()); ++seed) {
    const auto operations = some_history(seed, seed % 10 == 0 ? 60 : 20);
    ASSERT_EQ(failure(operations, holds_by_patterns), "") << "seed " << seed;
    for (const CausalLevel level : causal_levels())
      broken[level] += !holds_by_patterns(level, operations);
  }
  for (const auto& [level, count] : broken)
    EXPECT_GT(count, 50 * causal_effort()) << to_string(level);
}

RC_GTEST_PROP(CausalProperty, agrees_with_the_patterns_of_the_paper, (std::uint64_t seed)) {
  const auto operations = some_history(seed, *rc::gen::inRange(2, 24));
  RC_LOG() << draw_timeline(operations);
  RC_ASSERT(failure(operations, holds_by_patterns) == "");
}

// By construction a replica's reads follow the order in which it applied what it knew.
TEST(CausalStore, a_store_that_delivers_in_causal_order_keeps_causal_memory) {
  for (std::uint64_t seed = 0; seed < 1'000u * static_cast<unsigned>(causal_effort()); ++seed) {
    Dice dice(seed);
    const auto operations = store_history(some_shape(dice, 2 + static_cast<int>(dice.below(150))),
                                          Resolution::last_delivered, StoreFault::none, seed);
    std::string flaw;
    const Validities validities = judge(operations, flaw);
    ASSERT_EQ(flaw, "");
    for (const auto& [level, validity] : validities) {
      if (!implies(CausalLevel::causal_memory, level)) continue;
      ASSERT_EQ(validity, Validity::valid) << to_string(level) << " seed " << seed << "\n"
                                           << draw_timeline(operations);
    }
  }
}

TEST(CausalStore, a_store_that_stamps_its_writes_converges) {
  for (std::uint64_t seed = 0; seed < 1'000u * static_cast<unsigned>(causal_effort()); ++seed) {
    Dice dice(seed);
    const auto operations = store_history(some_shape(dice, 2 + static_cast<int>(dice.below(150))),
                                          Resolution::stamped, StoreFault::none, seed);
    std::string flaw;
    const Validities validities = judge(operations, flaw);
    ASSERT_EQ(flaw, "");
    for (const auto& [level, validity] : validities) {
      if (!implies(CausalLevel::causal_convergence, level)) continue;
      ASSERT_EQ(validity, Validity::valid) << to_string(level) << " seed " << seed << "\n"
                                           << draw_timeline(operations);
    }
  }
}

// A broken rule shows somewhere in a hundred histories of a hundred operations, and the guarantee
// that a reader would name is among those it breaks.
TEST(CausalStore, a_broken_rule_is_found_and_named) {
  const std::map<StoreFault, CausalLevel> expected = {
      {StoreFault::any_order, CausalLevel::monotonic_writes},
      {StoreFault::session_order_only, CausalLevel::writes_follow_reads},
      {StoreFault::wandering_clients, CausalLevel::monotonic_reads},
      {StoreFault::own_write_late, CausalLevel::read_your_writes},
  };
  for (const auto& [fault, level] : expected) {
    std::map<CausalLevel, int> broken;
    for (std::uint64_t seed = 0; seed < 250u * static_cast<unsigned>(causal_effort()); ++seed) {
      const auto operations = store_history({.operations = 100, .clients = 4, .keys = 3},
                                            Resolution::last_delivered, fault, seed);
      std::string flaw;
      for (const auto& [each, validity] : judge(operations, flaw)) {
        broken[each] += validity == Validity::invalid;
      }
      ASSERT_EQ(flaw, "") << "seed " << seed;
    }
    EXPECT_GT(broken[level], 10 * causal_effort()) << static_cast<int>(fault);
    EXPECT_GT(broken[CausalLevel::causal], 10 * causal_effort()) << static_cast<int>(fault);
    if (fault == StoreFault::session_order_only) {
      EXPECT_EQ(broken[CausalLevel::pram], 0);
    }
  }
}

// An anomaly of a few operations of its own keys, somewhere in a history without any.
struct Planted {
  CausalLevel weakest;
  const char* drawing;
};
const std::vector<Planted> planted = {
    {CausalLevel::read_your_writes,
     "p90  |--[90] write 901--| |--[90] write 902--| |--[90] read 901--|\n"},
    {CausalLevel::monotonic_reads,
     "p90  |--[90] write 901--| |--[90] write 902--|\n"
     "p91                                            |--[90] read 902--| |--[90] read 901--|\n"},
    {CausalLevel::monotonic_writes,
     "p90  |--[90] write 901--| |--[91] write 902--|\n"
     "p91                                            |--[91] read 902--| |--[90] read nil--|\n"},
    {CausalLevel::writes_follow_reads,
     "p90  |--[90] write 901--|\n"
     "p91                        |--[90] read 901--| |--[91] write 902--|\n"
     "p92                                                                 |--[91] read 902--| "
     "|--[90] read nil--|\n"},
    {CausalLevel::causal,
     "p90  |--[90] write 901--| |--[91] write 902--|\n"
     "p91                         |--[91] read 902--| |--[92] write 903--|\n"
     "p92                                                                  |--[92] read 903--| "
     "|--[93] write 904--|\n"
     "p93                                                                                       "
     "|--[93] read 904--| |--[90] read nil--|\n"},
    {CausalLevel::causal_convergence,
     "p90  |--[90] write 901--|                     |--[90] read 902--|\n"
     "p91     |--[90] write 902--|                     |--[90] read 901--|\n"},
    {CausalLevel::causal_memory,
     "p90  |--[90] write 901--| |--[91] write 903--|\n"
     "p91  |--[90] write 902--| |--[90] read 901--| |--[91] read 903--| |--[90] read 902--|\n"},
};

TEST(CausalPlanted, an_anomaly_is_found_in_a_long_history_and_its_evidence_stays_small) {
  for (std::size_t i = 0; i < planted.size(); ++i) {
    for (std::uint64_t seed = 0; seed < 150u * static_cast<unsigned>(causal_effort()); ++seed) {
      auto operations =
          store_history({.operations = 200, .clients = 5, .keys = 4, .unknown_percent = 1},
                        Resolution::last_delivered, StoreFault::none, seed);
      const Timeline drawn = parse_timeline(planted[i].drawing);
      const auto wrong = drawn.history.operations();
      Dice dice(seed);
      const std::int64_t shift = operations[dice.below(operations.size())].invoked_at;
      const auto last = static_cast<std::int64_t>(2 * wrong.size());
      for (Operation& each : operations) {
        if (each.invoked_at >= shift) each.invoked_at += last;
        if (each.completed_at != Operation::never && each.completed_at >= shift)
          each.completed_at += last;
      }
      for (Operation each : wrong) {
        each.process += 1000;
        each.invoked_at += shift;
        each.completed_at += shift;
        operations.push_back(each);
      }
      std::sort(operations.begin(), operations.end(),
                [](const auto& a, const auto& b) { return a.invoked_at < b.invoked_at; });
      const CausalLevel levels[] = {planted[i].weakest};
      const Verdict verdict =
          judge_causal_levels(history_of(operations), {}, {}, levels).front().verdict;
      ASSERT_EQ(verdict.validity, Validity::invalid) << to_string(planted[i].weakest);
      if (planted[i].weakest == CausalLevel::causal_convergence)
        continue;  // the store does not either
      const auto& evidence = std::get<NotCausal>(verdict.evidence);
      ASSERT_LE(evidence.operations.size(), wrong.size());
      ASSERT_EQ(evidence.operations.front().key->as_integer() / 10, 9);
    }
  }
}

// Linearizable histories keep everything, sequential ones too.
TEST(CausalHierarchy, what_is_linearizable_or_sequential_keeps_every_level) {
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 1'000u * static_cast<unsigned>(causal_effort()); ++seed) {
    testing::RandomHistory options;
    options.operations = 3 + static_cast<int>(seed % 60);
    options.clients = 1 + static_cast<int>(seed % 5);
    options.unique_values = true;
    options.with_cas = false;
    options.unknown_percent = seed % 2 == 0 ? 0 : 15;
    options.failed_percent = seed % 3 == 0 ? 10 : 0;
    auto operations = testing::linearizable_history(options, seed);
    for (const CausalRung& rung : climb_causal_ladder(history_of(operations), 0, {})) {
      ASSERT_EQ(rung.verdict.validity, Validity::valid) << to_string(rung.level) << "\n"
                                                        << draw_timeline(operations);
    }
    operations = some_history(seed, 8);
    for (Operation& each : operations) each.key = Value(0);  // the sequential checker splits by key
    const auto sequential = make_consistency_checker(Consistency::sequential, "register");
    if (sequential->check(history_of(operations), {}).validity != Validity::valid) continue;
    ++checked;
    for (const CausalRung& rung : climb_causal_ladder(history_of(operations), {}, {})) {
      ASSERT_EQ(rung.verdict.validity, Validity::valid) << to_string(rung.level) << "\n"
                                                        << draw_timeline(operations);
    }
  }
  EXPECT_GT(checked, 100);
}

// The order of keys, the names of processes and values, and how long operations took do not matter.
RC_GTEST_PROP(CausalProperty, names_do_not_matter, (std::uint64_t seed)) {
  auto operations = some_history(seed, 40);
  std::string flaw;
  const Validities before = judge(operations, flaw);
  for (Operation& each : operations) {
    each.process = 5'000'000'000 - 7 * each.process;
    each.key = Value("k" + each.key->to_string());
    if (!each.input.is_nil()) each.input = Value::list({each.input, "x"});
    if (!each.output.is_nil()) each.output = Value::list({each.output, "x"});
  }
  RC_ASSERT(judge(operations, flaw) == before);
  RC_ASSERT(flaw == "");
}

}  // namespace
}  // namespace faultrig
