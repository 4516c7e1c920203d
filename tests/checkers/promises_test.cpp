#include "checkers/promises.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

std::string strongest_in(std::string_view drawing) {
  const History history = parse_timeline(drawing).history;
  return fmt::format("{}", fmt::join(strongest_of(climb_ladder(history, "register", 0, {})), " "));
}

TEST(Promises, imply_only_what_stands_below_them) {
  const auto& names = promise_names();
  EXPECT_EQ(names.front(), "linearizable");
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_TRUE(promise_implies("linearizable", names[i])) << names[i];
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(promise_implies(names[i], names[j]));
  }
  EXPECT_TRUE(promise_implies("sequential", "causal-convergence"));
  EXPECT_FALSE(promise_implies("sequential", "regular"));
  EXPECT_FALSE(promise_implies("linearizable", "nonsense"));
}

TEST(Promises, every_name_has_a_checker) {
  for (const std::string& name : promise_names()) {
    EXPECT_EQ(make_promise_checker(name, "register")->name(), name);
  }
  EXPECT_THROW(make_promise_checker("eventually", "register"), std::invalid_argument);
}

TEST(Ladder, tells_the_strongest_promises_that_hold) {
  EXPECT_EQ(strongest_in("p0  |--write 1--|\n"
                         "p1                |--read 1--|\n"),
            "linearizable");
  // Stale, but one could think that the read came first.
  EXPECT_EQ(strongest_in("p0  |--write 1--|\n"
                         "p1                |--read 0--|\n"),
            "sequential");
  // New, then old, both beside the write.
  EXPECT_EQ(strongest_in("p0  |----------------write 1---------------|\n"
                         "p1      |--read 1--|\n"
                         "p1                    |--read 0--|\n"),
            "read-atomic writes-follow-reads monotonic-writes regular");
  // Something that nobody wrote, beside a write.
  EXPECT_EQ(strongest_in("p0  |--------write 1--------|\n"
                         "p1      |--read 7--|\n"),
            "writes-follow-reads monotonic-writes monotonic-reads read-your-writes safe");
}

TEST(Ladder, tells_once_why_causality_cannot_be_judged) {
  const History twice = parse_timeline("p0  |--write 1--| |--write 1--|\n").history;
  const auto rungs = climb_ladder(twice, "register", 0, {});
  EXPECT_EQ(std::ranges::count(rungs, Validity::unknown,
                               [](const Rung& rung) { return rung.verdict.validity; }),
            1);
  EXPECT_EQ(strongest_of(rungs), std::vector<std::string>{"linearizable"});
}

// Real time makes it easy to see that this is linearizable; without it the search for an order runs
// out of steps.
TEST(Ladder, what_a_stronger_promise_implies_is_not_unknown) {
  testing::RandomHistory shape;
  shape.unique_values = true;
  shape.with_cas = false;
  shape.operations = 400;
  const auto operations = testing::linearizable_history(shape, 1);
  CheckBudget budget;
  budget.steps = 3'000;
  const History history = history_of(operations);
  const auto alone = make_promise_checker("sequential", "register", 0)->check(history, budget);
  ASSERT_EQ(alone.validity, Validity::unknown) << "easy enough: the test shows nothing";
  const auto rungs = climb_ladder(history, "register", 0, budget);
  ASSERT_EQ(rungs.at(0).verdict.validity, Validity::valid);
  EXPECT_EQ(rungs.at(1).promise, "sequential");
  EXPECT_EQ(rungs.at(1).verdict.validity, Validity::valid);
}

// Whatever is said to hold, all that it implies holds too.
TEST(Ladder, no_rung_contradicts_another) {
  testing::RandomHistory shape;
  shape.unique_values = true;
  shape.with_cas = false;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    shape.unknown_percent = seed % 3 == 0 ? 20 : 0;
    const auto operations = testing::arbitrary_history(shape, seed);
    const auto rungs = climb_ladder(history_of(operations), "register", 0, {});
    for (const Rung& above : rungs) {
      for (const Rung& below : rungs) {
        if (!promise_implies(above.promise, below.promise)) continue;
        EXPECT_FALSE(above.verdict.validity == Validity::valid &&
                     below.verdict.validity == Validity::invalid)
            << above.promise << " but not " << below.promise << ", seed " << seed << "\n"
            << draw_timeline(operations);
      }
    }
  }
}

}  // namespace
}  // namespace faultrig
