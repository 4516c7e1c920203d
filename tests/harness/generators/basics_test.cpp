#include "harness/generators/basics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/generators/pace.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

TEST(Generators, an_operation_is_done_once_by_a_free_worker) {
  const auto events = simulate(operation("write", 3, Value("x")), perfect);
  EXPECT_EQ(when(events), (Texts{"0 \"x\":write 3"}));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].event.type, EventType::ok);
  EXPECT_EQ(events[1].event.time, Time(10));
}

TEST(Generators, no_generator_at_all_is_exhausted) {
  EXPECT_TRUE(simulate(nullptr, perfect).empty());
  EXPECT_TRUE(simulate(sequence({}), perfect).empty());
  EXPECT_TRUE(simulate(sequence({nullptr, nullptr}), perfect).empty());
}

TEST(Generators, workers_are_drawn_from_all_that_are_free) {
  const auto workers = who(simulate(limit(300, repeat(operation("a"))), perfect));
  for (const char* worker : {"-1 a", "0 a", "1 a"}) {
    EXPECT_GT(std::count(workers.begin(), workers.end(), worker), 50) << worker;
  }
}

TEST(Generators, a_busy_worker_makes_the_others_wait) {
  // Three workers, 10 ns each: batches of three.
  EXPECT_EQ(when(simulate(limit(7, counting("w")), perfect)),
            (Texts{"0 w 0", "0 w 1", "0 w 2", "10 w 3", "10 w 4", "10 w 5", "20 w 6"}));
}

TEST(Generators, a_function_is_asked_for_each_operation_until_it_has_none) {
  auto left = std::make_shared<int>(3);
  const auto events = simulate(
      from_function([left](const GeneratorContext& context) -> std::optional<OperationSpec> {
        EXPECT_FALSE(context.free.empty());
        if ((*left)-- == 0) return std::nullopt;
        return OperationSpec{"now", Value(context.now.count())};
      }),
      perfect, {.workers = 1, .has_nemesis = false});
  EXPECT_EQ(when(events), (Texts{"0 now 0", "10 now 10", "20 now 20"}));
}

TEST(Generators, a_state_does_not_move_on_with_an_offer_that_is_thrown_away) {
  // Every offer for later is thrown away and made again; no number may be skipped.
  EXPECT_EQ(when(simulate(limit(4, delay(Duration(100), counting("w"))), perfect)),
            (Texts{"0 w 0", "100 w 1", "200 w 2", "300 w 3"}));
}

TEST(Generators, sequence_runs_one_after_the_other_without_waiting) {
  EXPECT_EQ(
      when(simulate(sequence({operation("a"), limit(2, counting("b")), operation("c")}), perfect)),
      (Texts{"0 a", "0 b 0", "0 b 1", "10 c"}));
}

TEST(Generators, sequence_keeps_what_a_pending_part_learnt) {
  EXPECT_EQ(when(simulate(sequence({operation("a"), sleep(Duration(50)), operation("b"),
                                    sleep(Duration(30)), operation("c")}),
                          quick)),
            (Texts{"0 a", "50 b", "80 c"}));
}

TEST(Generators, once_and_limit_end_after_their_operations) {
  EXPECT_EQ(what(simulate(once(counting("a")), perfect)), (Texts{"a 0"}));
  EXPECT_EQ(what(simulate(limit(3, counting("a")), perfect)), (Texts{"a 0", "a 1", "a 2"}));
  EXPECT_EQ(what(simulate(limit(0, counting("a")), perfect)), Texts{});
  EXPECT_THROW(limit(-1, counting("a")), std::logic_error);
}

TEST(Generators, repeat_starts_from_the_same_state_every_time) {
  EXPECT_EQ(what(simulate(repeat(3, counting("a")), perfect)), (Texts{"a 0", "a 0", "a 0"}));
  EXPECT_EQ(what(simulate(limit(2, repeat(counting("a", 7))), perfect)), (Texts{"a 7", "a 7"}));
  EXPECT_EQ(what(simulate(repeat(nullptr), perfect)), Texts{});
}

TEST(Generators, cycle_restarts_what_has_ended) {
  EXPECT_EQ(what(simulate(cycle(2, limit(2, counting("a"))), perfect)),
            (Texts{"a 0", "a 1", "a 0", "a 1"}));
  EXPECT_EQ(what(simulate(limit(5, cycle(sequence({operation("a"), operation("b")}))), perfect)),
            (Texts{"a", "b", "a", "b", "a"}));
  EXPECT_EQ(what(simulate(cycle(0, operation("a")), perfect)), Texts{});
}

TEST(Generators, cycle_of_nothing_ends) {
  EXPECT_EQ(what(simulate(cycle(limit(0, operation("a"))), perfect)), Texts{});
}

TEST(Generators, cycle_restarts_a_pause_as_well) {
  EXPECT_EQ(when(simulate(limit(3, cycle(sequence({sleep(Duration(10)), operation("a")}))), quick)),
            (Texts{"10 a", "20 a", "30 a"}));
}

}  // namespace
}  // namespace faultrig
