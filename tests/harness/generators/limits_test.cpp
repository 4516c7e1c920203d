#include "harness/generators/limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/generators/basics.hpp"
#include "harness/generators/choice.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

constexpr Simulation one_worker{.workers = 1, .has_nemesis = false};

TEST(Limits, time_limit_counts_from_the_first_operation) {
  EXPECT_EQ(when(simulate(time_limit(Duration(25), counting("a")), perfect, one_worker)),
            (Texts{"0 a 0", "10 a 1", "20 a 2"}));
  EXPECT_EQ(when(simulate(time_limit(Duration(20), counting("a")), perfect, one_worker)),
            (Texts{"0 a 0", "10 a 1"}));
  EXPECT_TRUE(simulate(time_limit(Duration(0), counting("a")), perfect).empty());
}

TEST(Limits, time_limit_ends_what_would_begin_too_late) {
  EXPECT_EQ(when(simulate(time_limit(Duration(100), delay(Duration(40), counting("a"))), quick)),
            (Texts{"0 a 0", "40 a 1", "80 a 2"}));
}

// While every client is busy the soonest offer is the nemesis's, far beyond the limit; that must
// not end the phase for the clients.
TEST(Limits, time_limit_waits_for_workers_that_get_free_in_time) {
  const auto far_fault = sequence({sleep(Duration(1'000)), operation("cut")});
  const auto both = clients_and_nemesis(repeat(operation("read")), far_fault);
  const auto seen = when(simulate(time_limit(Duration(35), both), perfect, one_worker));
  EXPECT_EQ(seen, (Texts{"0 read", "10 read", "20 read", "30 read"}));
}

TEST(Limits, time_limit_ends_a_generator_that_waits_for_ever) {
  const auto stuck =
      sequence({time_limit(Duration(100), sleep(Duration(1'000'000))), operation("next")});
  EXPECT_EQ(when(simulate(stuck, quick)), (Texts{"100 next"}));
}

TEST(Limits, each_of_two_time_limits_has_its_own_time) {
  const auto both = sequence({time_limit(Duration(20), repeat(operation("a"))),
                              time_limit(Duration(10), repeat(operation("b")))});
  EXPECT_EQ(when(simulate(both, perfect, one_worker)), (Texts{"0 a", "10 a", "20 b"}));
}

TEST(Limits, process_limit_bounds_the_processes) {
  const auto events =
      simulate(process_limit(5, counting("a")), perfect_info, {.workers = 2, .has_nemesis = false});
  std::vector<ProcessId> used = processes(events);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  EXPECT_LE(used.size(), 5u);
  EXPECT_GE(used.size(), 4u);
}

TEST(Limits, process_limit_does_not_bind_without_unknown_outcomes) {
  EXPECT_EQ(simulate(process_limit(2, limit(50, counting("a"))), perfect,
                     {.workers = 2, .has_nemesis = false})
                .size(),
            100u);
}

TEST(Limits, concurrency_limit_leaves_workers_idle) {
  EXPECT_EQ(when(simulate(clients(concurrency_limit(2, limit(5, counting("a")))), perfect,
                          {.workers = 10})),
            (Texts{"0 a 0", "0 a 1", "10 a 2", "10 a 3", "20 a 4"}));
}

}  // namespace
}  // namespace faultrig
