#include "harness/generators/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/generators/basics.hpp"
#include "harness/generators/limits.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

std::map<std::string, int> counted(const Texts& texts) {
  std::map<std::string, int> counts;
  for (const std::string& text : texts) ++counts[text];
  return counts;
}

TEST(Workers, on_threads_confines_a_generator) {
  const auto odd = on_threads([](WorkerId worker) { return worker % 2 != 0 && worker > 0; },
                              limit(4, repeat(operation("a"))));
  EXPECT_EQ(counted(who(simulate(odd, perfect, {.workers = 4}))).size(), 2u);
  for (const std::string& text : who(simulate(odd, perfect, {.workers = 4}))) {
    EXPECT_TRUE(text == "1 a" || text == "3 a") << text;
  }
}

TEST(Workers, on_threads_without_such_a_worker_has_ended) {
  const auto nobody = on_threads([](WorkerId) { return false; }, repeat(operation("a")));
  EXPECT_TRUE(simulate(nobody, perfect).empty());
  EXPECT_TRUE(
      simulate(nemesis_only(repeat(operation("a"))), perfect, {.has_nemesis = false}).empty());
}

TEST(Workers, clients_and_nemesis_work_side_by_side) {
  const auto both = clients_and_nemesis(limit(2, repeat(operation("read"))),
                                        sequence({operation("kill"), operation("start")}));
  const auto events = simulate(both, perfect);
  EXPECT_EQ(counted(what(events)),
            (std::map<std::string, int>{{"read", 2}, {"kill", 1}, {"start", 1}}));
  for (const GeneratorEvent& event : events) {
    EXPECT_EQ(event.worker == nemesis_worker, event.event.f != "read");
  }
}

TEST(Workers, a_nemesis_that_waits_does_not_hold_up_clients_and_wakes_in_time) {
  const auto both = clients_and_nemesis(limit(3, delay(Duration(40), counting("w"))),
                                        sequence({sleep(Duration(50)), operation("kill")}));
  EXPECT_EQ(when(simulate(both, quick)), (Texts{"0 w 0", "40 w 1", "50 kill", "80 w 2"}));
}

TEST(Workers, each_thread_gives_every_worker_a_copy) {
  auto texts = who(simulate(each_thread(limit(2, counting("a"))), perfect));
  EXPECT_EQ(
      counted(texts),
      (std::map<std::string, int>{
          {"-1 a 0", 1}, {"-1 a 1", 1}, {"0 a 0", 1}, {"0 a 1", 1}, {"1 a 0", 1}, {"1 a 1", 1}}));
}

TEST(Workers, each_thread_updates_only_the_copy_of_the_events_worker) {
  // until_ok ends on the first ok of the worker itself.
  const auto reads = clients(each_thread(until_ok(repeat(operation("read")))));
  const auto fast_and_slow = [](const Invocation& invocation, int ordinal) {
    if (invocation.worker == 0) return SimulatedEnding{Duration(10), Outcome::ok};
    return SimulatedEnding{Duration(10), ordinal == 3 ? Outcome::ok : Outcome::fail};
  };
  EXPECT_EQ(counted(who(simulate(reads, fast_and_slow))),
            (std::map<std::string, int>{{"0 read", 1}, {"1 read", 4}}));
}

TEST(Workers, each_process_starts_afresh_after_an_unknown_outcome) {
  const auto twice = clients(each_process(limit(2, counting("a"))));
  const auto texts = what(simulate(process_limit(4, twice), perfect_info, {.workers = 1}));
  // Every process ends in info after its first operation, so none gets to a second.
  EXPECT_EQ(texts, (Texts{"a 0", "a 0", "a 0", "a 0"}));
  EXPECT_EQ(what(simulate(twice, perfect, {.workers = 1})), (Texts{"a 0", "a 1"}));
}

TEST(Workers, reserve_splits_the_workers) {
  const auto split = clients(reserve(
      {{1, limit(20, repeat(operation("write")))}, {2, limit(20, repeat(operation("cas")))}},
      limit(20, repeat(operation("read")))));
  std::map<std::string, std::set<WorkerId>> workers;
  for (const GeneratorEvent& event : simulate(split, perfect, {.workers = 5})) {
    workers[event.event.f].insert(event.worker);
  }
  EXPECT_EQ(workers["write"], (std::set<WorkerId>{0}));
  EXPECT_EQ(workers["cas"], (std::set<WorkerId>{1, 2}));
  EXPECT_EQ(workers["read"], (std::set<WorkerId>{3, 4}));
}

TEST(Workers, reserve_leaves_the_nemesis_to_the_default) {
  const auto split = reserve({{2, limit(4, repeat(operation("write")))}}, limit(2, counting("x")));
  for (const GeneratorEvent& event : simulate(split, perfect, {.workers = 2})) {
    EXPECT_EQ(event.worker == nemesis_worker, event.event.f == "x");
  }
}

TEST(Workers, reserve_tells_only_the_part_of_the_worker) {
  const auto split =
      clients(reserve({{1, until_ok(repeat(operation("a")))}}, until_ok(repeat(operation("b")))));
  const auto endings = [](const Invocation& invocation, int ordinal) {
    const int good = invocation.worker == 0 ? 2 : 0;
    return SimulatedEnding{Duration(10), ordinal == good ? Outcome::ok : Outcome::fail};
  };
  EXPECT_EQ(counted(what(simulate(split, endings))),
            (std::map<std::string, int>{{"a", 3}, {"b", 1}}));
}

}  // namespace
}  // namespace faultrig
