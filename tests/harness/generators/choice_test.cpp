#include "harness/generators/choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

constexpr Simulation one_worker{.workers = 1, .has_nemesis = false};

std::int64_t times(const Texts& texts, const std::string& wanted) {
  return std::count(texts.begin(), texts.end(), wanted);
}

TEST(Choice, any_takes_the_soonest) {
  const auto both = any({delay(Duration(20), limit(3, counting("slow"))),
                         delay(Duration(15), limit(4, counting("fast")))});
  const Texts texts = when(simulate(both, quick));
  EXPECT_EQ(times(texts, "0 slow 0") + times(texts, "0 fast 0"), 2);
  EXPECT_EQ(Texts(texts.begin() + 2, texts.end()),
            (Texts{"15 fast 1", "20 slow 1", "30 fast 2", "40 slow 2", "45 fast 3"}));
}

TEST(Choice, any_breaks_ties_by_chance) {
  const Texts texts =
      what(simulate(limit(400, any({repeat(operation("a")), repeat(operation("b"))})), perfect));
  EXPECT_GT(times(texts, "a"), 150);
  EXPECT_GT(times(texts, "b"), 150);
}

TEST(Choice, any_goes_on_until_all_have_ended_and_shortest_any_until_one_has) {
  const auto parts = [] {
    return std::vector<GeneratorPtr>{limit(2, counting("a")),
                                     sequence({sleep(Duration(100)), limit(2, counting("b"))})};
  };
  EXPECT_EQ(what(simulate(any(parts()), perfect)), (Texts{"a 0", "a 1", "b 0", "b 1"}));
  EXPECT_EQ(what(simulate(shortest_any(parts()), perfect)), (Texts{"a 0", "a 1"}));
}

TEST(Choice, any_wakes_for_a_pause_that_ends_before_the_soonest_operation) {
  const auto both = any({sequence({operation("a"), delay(Duration(100), limit(2, counting("b")))}),
                         sequence({sleep(Duration(70)), operation("c")})});
  EXPECT_EQ(when(simulate(both, quick)), (Texts{"0 a", "0 b 0", "70 c", "100 b 1"}));
}

TEST(Choice, mix_draws_by_weight) {
  const Texts texts = what(
      simulate(limit(4000, mix({{repeat(operation("read")), 3}, {repeat(operation("write")), 1}})),
               perfect));
  EXPECT_NEAR(static_cast<double>(times(texts, "read")), 3000, 150);
  EXPECT_NEAR(static_cast<double>(times(texts, "write")), 1000, 150);
}

TEST(Choice, mix_leaves_out_what_has_ended) {
  const Texts texts =
      what(simulate(mix({limit(3, counting("a")), limit(5, counting("b"))}), perfect));
  EXPECT_EQ(texts.size(), 8u);
  Texts only_a;
  std::copy_if(texts.begin(), texts.end(), std::back_inserter(only_a),
               [](const std::string& text) { return text[0] == 'a'; });
  EXPECT_EQ(only_a, (Texts{"a 0", "a 1", "a 2"}));
}

TEST(Choice, mix_passes_over_a_pending_part) {
  const auto mixed =
      mix({sequence({sleep(Duration(1000)), operation("late")}), limit(5, counting("now"))});
  const Texts texts = when(simulate(mixed, perfect, one_worker));
  EXPECT_EQ(texts,
            (Texts{"0 now 0", "10 now 1", "20 now 2", "30 now 3", "40 now 4", texts.back()}));
  EXPECT_NE(texts.back().find("late"), std::string::npos);
}

TEST(Choice, mix_does_not_favour_offers_for_now_over_offers_for_later) {
  // The delayed part holds its turn until its time comes.
  const auto mixed =
      limit(400, mix({repeat(operation("now")), delay(Duration(5), repeat(operation("later")))}));
  const Texts texts = what(simulate(mixed, quick, one_worker));
  EXPECT_GT(times(texts, "later"), 150);
}

TEST(Choice, mix_passes_events_on) {
  const auto mixed = mix({until_ok(repeat(operation("a"))), until_ok(repeat(operation("b")))});
  EXPECT_LE(what(simulate(mixed, perfect)).size(), 6u);
  EXPECT_THROW(mix(std::vector<Weighted>{{operation("a"), 0}}), std::logic_error);
  EXPECT_TRUE(simulate(mix(std::vector<GeneratorPtr>{}), perfect).empty());
}

TEST(Choice, flip_flop_alternates_until_one_ends) {
  EXPECT_EQ(
      what(simulate(flip_flop(repeat(operation("start")), limit(2, repeat(operation("stop")))),
                    perfect)),
      (Texts{"start", "stop", "start", "stop", "start"}));
}

TEST(Choice, flip_flop_waits_for_the_one_in_turn) {
  EXPECT_EQ(when(simulate(flip_flop(repeat(operation("a")),
                                    cycle(2, sequence({sleep(Duration(5)), operation("b")}))),
                          quick, one_worker)),
            (Texts{"0 a", "5 b", "5 a", "10 b", "10 a"}));
}

}  // namespace
}  // namespace faultrig
