#include "harness/generators/phases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/generators/basics.hpp"
#include "harness/generators/limits.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

// Worker 0 takes ten times as long as the others.
SimulatedEnding one_slow(const Invocation& invocation, int) {
  return {Duration(invocation.worker == 0 ? 100 : 10), Outcome::ok};
}

TEST(Phases, synchronize_waits_for_everybody) {
  const auto parts = sequence({clients(each_thread(operation("a"))), synchronize(operation("b"))});
  EXPECT_EQ(when(simulate(parts, one_slow)), (Texts{"0 a", "0 a", "100 b"}));
}

TEST(Phases, synchronize_waits_only_for_its_own_workers) {
  const auto parts = clients(sequence({each_thread(operation("a")), synchronize(operation("b"))}));
  const auto nemesis_is_slow = [](const Invocation& invocation, int) {
    return SimulatedEnding{Duration(invocation.worker == nemesis_worker ? 1000 : 10)};
  };
  const auto both = clients_and_nemesis(parts, operation("kill"));
  const Texts texts = when(simulate(both, nemesis_is_slow));
  EXPECT_EQ(texts.back(), "10 b");
}

TEST(Phases, phases_are_done_in_order_each_after_the_last) {
  const auto three =
      phases({clients(each_thread(operation("a"))), limit(2, counting("b")), operation("c")});
  const Texts texts = when(simulate(three, one_slow, {.workers = 2, .has_nemesis = false}));
  ASSERT_EQ(texts.size(), 5u);
  EXPECT_EQ(texts[0], "0 a");
  EXPECT_EQ(texts[2], "100 b 0");
  EXPECT_EQ(texts[3], "100 b 1");
  EXPECT_EQ(texts[4], "200 c");
}

TEST(Phases, phases_keep_pauses) {
  EXPECT_EQ(when(simulate(phases({operation("a"), sleep(Duration(100)), operation("b")}), perfect)),
            (Texts{"0 a", "110 b"}));
}

TEST(Phases, then_runs_the_second_after_the_first) {
  EXPECT_EQ(when(simulate(then(limit(2, counting("a")), operation("b")), perfect)),
            (Texts{"0 a 0", "0 a 1", "10 b"}));
}

TEST(Phases, until_ok_ends_with_its_first_success) {
  // imperfect: fail, info, ok.
  EXPECT_EQ(when(simulate(until_ok(repeat(operation("a"))), imperfect,
                          {.workers = 1, .has_nemesis = false})),
            (Texts{"0 a", "10 a", "20 a"}));
}

TEST(Phases, until_ok_ignores_the_successes_of_others) {
  const auto endings = [](const Invocation& invocation, int ordinal) {
    const bool good = invocation.f == "other" || ordinal == 3;
    return SimulatedEnding{Duration(10), good ? Outcome::ok : Outcome::fail};
  };
  const auto both = clients_and_nemesis(until_ok(repeat(operation("read"))),
                                        limit(9, repeat(operation("other"))));
  const Texts texts = what(simulate(both, endings, {.workers = 1}));
  EXPECT_EQ(std::count(texts.begin(), texts.end(), "read"), 4);
}

TEST(Phases, until_ok_gives_up_when_its_operations_have_run_out) {
  const auto never = [](const Invocation&, int) {
    return SimulatedEnding{Duration(1), Outcome::fail};
  };
  EXPECT_EQ(what(simulate(until_ok(limit(3, counting("a"))), never)).size(), 3u);
}

}  // namespace
}  // namespace faultrig
