#include "harness/generators/keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/errors.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/choice.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

GeneratorForKey two_writes() {
  return [](const Value&) { return limit(2, counting("w")); };
}

TEST(Keys, sequential_takes_one_key_after_the_other) {
  EXPECT_EQ(what(simulate(sequential_generator(integer_keys(3), two_writes()), perfect)),
            (Texts{"0:w 0", "0:w 1", "1:w 0", "1:w 1", "2:w 0", "2:w 1"}));
  EXPECT_TRUE(simulate(sequential_generator(integer_keys(0), two_writes()), perfect).empty());
}

TEST(Keys, sequential_keeps_a_keys_pause) {
  const auto after_pause = [](const Value&) {
    return sequence({sleep(Duration(7)), operation("a")});
  };
  EXPECT_EQ(when(simulate(sequential_generator(integer_keys(2), after_pause), quick)),
            (Texts{"7 0:a", "14 1:a"}));
}

TEST(Keys, a_keys_generator_hears_only_of_its_key) {
  const auto keys = sequential_generator(
      integer_keys(2), [](const Value&) { return until_ok(repeat(operation("a"))); });
  EXPECT_EQ(what(simulate(keys, imperfect, {.workers = 1, .has_nemesis = false})),
            (Texts{"0:a", "0:a", "0:a", "1:a", "1:a", "1:a"}));
}

TEST(Keys, concurrent_gives_each_group_its_own_keys) {
  const auto keys = concurrent_generator(2, integer_keys(6),
                                         [](const Value&) { return limit(10, counting("w")); });
  std::map<std::string, std::set<int>> groups;
  const auto events = simulate(keys, perfect, {.workers = 4});
  for (const GeneratorEvent& event : events) {
    ASSERT_NE(event.worker, nemesis_worker);
    groups[event.event.key->to_string()].insert(event.worker / 2);
  }
  EXPECT_EQ(groups.size(), 6u);
  for (const auto& [key, group] : groups) EXPECT_EQ(group.size(), 1u) << key;
  EXPECT_EQ(groups["0"], (std::set<int>{0}));
  EXPECT_EQ(groups["1"], (std::set<int>{1}));
  EXPECT_EQ(what(events).size(), 60u);
}

TEST(Keys, concurrent_reserves_within_the_group) {
  const auto keys = concurrent_generator(3, integer_keys(2), [](const Value&) {
    return reserve({{1, limit(5, repeat(operation("write")))}},
                   limit(5, repeat(operation("read"))));
  });
  for (const GeneratorEvent& event : simulate(keys, perfect, {.workers = 6})) {
    EXPECT_EQ(event.worker % 3 == 0, event.event.f == "write");
  }
}

TEST(Keys, concurrent_refuses_workers_that_do_not_divide) {
  const auto keys = concurrent_generator(3, integer_keys(), two_writes());
  EXPECT_THROW(simulate(keys, perfect, {.workers = 4}), UsageError);
}

TEST(Keys, rotating_keeps_so_many_live_and_retires_each_in_time) {
  const auto keys = rotating_keys({.live = 3, .operations = 20}, integer_keys(10),
                                  [](const Value&) { return counting("w"); });
  const auto events = simulate(keys, perfect, {.workers = 4});
  std::map<std::int64_t, int> operations;
  std::set<std::int64_t> live, retired;
  for (const GeneratorEvent& event : events) {
    if (event.event.type != EventType::invoke) continue;
    const std::int64_t key = event.event.key->as_integer();
    EXPECT_FALSE(retired.contains(key));
    EXPECT_EQ(event.event.value.as_integer(), operations[key]);  // its own state, step by step
    live.insert(key);
    EXPECT_LE(live.size(), 3u);
    if (++operations[key] == 20) {
      live.erase(key);
      retired.insert(key);
    }
  }
  EXPECT_EQ(retired.size(), 10u);
}

TEST(Keys, rotating_draws_among_the_live_keys) {
  const auto keys = rotating_keys({.live = 4, .operations = 1'000'000}, integer_keys(),
                                  [](const Value&) { return repeat(operation("a")); });
  std::map<std::string, int> counts;
  for (const std::string& text : what(simulate(limit(4000, keys), perfect))) ++counts[text];
  ASSERT_EQ(counts.size(), 4u);
  for (const auto& [text, count] : counts) EXPECT_NEAR(count, 1000, 120) << text;
}

TEST(Keys, rotating_replaces_a_key_whose_generator_has_ended) {
  const auto keys = rotating_keys({.live = 2, .operations = 100}, integer_keys(5), two_writes());
  Texts texts = what(simulate(keys, perfect));
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts, (Texts{"0:w 0", "0:w 1", "1:w 0", "1:w 1", "2:w 0", "2:w 1", "3:w 0", "3:w 1",
                          "4:w 0", "4:w 1"}));
}

TEST(Keys, rotating_passes_over_a_key_that_waits) {
  const auto keys =
      rotating_keys({.live = 2, .operations = 3}, integer_keys(2), [](const Value& key) {
        if (key == Value(0)) return sequence({sleep(Duration(500)), counting("late")});
        return counting("now");
      });
  EXPECT_EQ(when(simulate(keys, perfect, {.workers = 1, .has_nemesis = false})),
            (Texts{"0 1:now 0", "10 1:now 1", "20 1:now 2", "500 0:late 0", "510 0:late 1",
                   "520 0:late 2"}));
}

TEST(Keys, rotating_refuses_nonsense) {
  EXPECT_THROW(rotating_keys({.live = 0}, integer_keys(), two_writes()), std::logic_error);
  EXPECT_THROW(rotating_keys({.operations = 0}, integer_keys(), two_writes()), std::logic_error);
}

}  // namespace
}  // namespace faultrig
