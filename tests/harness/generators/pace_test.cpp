#include "harness/generators/pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/generators/basics.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

std::vector<Time> starts(const std::vector<GeneratorEvent>& events) {
  std::vector<Time> times;
  for (const GeneratorEvent& event : events) {
    if (event.event.type == EventType::invoke) times.push_back(event.event.time);
  }
  return times;
}

TEST(Pace, stagger_has_the_rate_that_was_asked_for_whatever_the_workers) {
  for (int workers : {1, 30}) {
    const auto times = starts(
        simulate(stagger(Duration(100), limit(2001, counting("a"))), quick, {.workers = workers}));
    ASSERT_EQ(times.size(), 2001u);
    EXPECT_EQ(times.front(), Time(0));
    EXPECT_NEAR(static_cast<double>(times.back().count()), 200'000, 6'000) << workers;
    bool short_gap = false, long_gap = false;
    for (std::size_t i = 1; i < times.size(); ++i) {
      const Duration gap = times[i] - times[i - 1];
      EXPECT_LE(gap, Duration(200));
      short_gap = short_gap || gap < Duration(10);
      long_gap = long_gap || gap > Duration(190);
    }
    EXPECT_TRUE(short_gap && long_gap);
  }
}

TEST(Pace, stagger_does_not_catch_up) {
  // The only worker is busy for ten mean gaps each time, so nothing is ever held back.
  const auto slow = [](const Invocation&, int) { return SimulatedEnding{Duration(1000)}; };
  EXPECT_EQ(when(simulate(stagger(Duration(100), limit(3, counting("a"))), slow,
                          {.workers = 1, .has_nemesis = false})),
            (Texts{"0 a 0", "1000 a 1", "2000 a 2"}));
}

TEST(Pace, delay_keeps_its_grid_and_catches_up) {
  const auto first_is_slow = [](const Invocation&, int ordinal) {
    return SimulatedEnding{Duration(ordinal == 0 ? 35 : 1)};
  };
  EXPECT_EQ(when(simulate(delay(Duration(10), limit(7, counting("a"))), first_is_slow,
                          {.workers = 1, .has_nemesis = false})),
            (Texts{"0 a 0", "35 a 1", "36 a 2", "37 a 3", "40 a 4", "50 a 5", "60 a 6"}));
}

TEST(Pace, sleep_passes_time_and_makes_no_operation) {
  EXPECT_TRUE(simulate(sleep(Duration(1000)), quick).empty());
  EXPECT_TRUE(simulate(sleep(Duration(0)), quick).empty());
  EXPECT_THROW(sleep(Duration(-1)), std::logic_error);
}

TEST(Pace, sleep_is_not_cut_short_by_events) {
  const auto both = clients_and_nemesis(limit(20, counting("a")),
                                        sequence({sleep(Duration(35)), operation("kill")}));
  const Texts texts = when(simulate(both, perfect, {.workers = 1}));
  EXPECT_NE(std::find(texts.begin(), texts.end(), "35 kill"), texts.end());
}

TEST(Pace, cycle_times_runs_by_the_timetable_and_keeps_states) {
  const auto table = cycle_times({{Duration(20), delay(Duration(6), counting("a"))},
                                  {Duration(10), delay(Duration(5), counting("b"))}});
  EXPECT_EQ(when(simulate(limit(14, table), quick)),
            (Texts{"0 a 0", "6 a 1", "12 a 2", "18 a 3", "20 b 0", "25 b 1", "30 a 4", "30 a 5",
                   "36 a 6", "42 a 7", "48 a 8", "50 b 2", "50 b 3", "50 b 4"}));
}

TEST(Pace, cycle_times_ends_with_the_generator_in_turn) {
  const auto table = cycle_times({{Duration(20), limit(2, delay(Duration(5), counting("a")))},
                                  {Duration(10), delay(Duration(5), counting("b"))}});
  EXPECT_EQ(when(simulate(table, quick)), (Texts{"0 a 0", "5 a 1"}));
}

TEST(Pace, cycle_times_moves_on_from_a_slot_that_waits) {
  const auto table = cycle_times({{Duration(20), sequence({sleep(Duration(1000)), operation("a")})},
                                  {Duration(10), delay(Duration(5), counting("b"))}});
  EXPECT_EQ(when(simulate(limit(3, table), quick)), (Texts{"20 b 0", "25 b 1", "50 b 2"}));
  EXPECT_THROW(cycle_times({{Duration(0), operation("a")}}), std::logic_error);
}

}  // namespace
}  // namespace faultrig
