#include "harness/generators/transform.hpp"

#include <gtest/gtest.h>

#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

TEST(Transform, map_operations_changes_each) {
  const auto doubled = map_operations(
      [](const OfferedOperation& operation) {
        return OfferedOperation{operation.worker, operation.time, operation.f, operation.key,
                                operation.value.as_integer() * 2};
      },
      limit(3, counting("a", 1)));
  EXPECT_EQ(what(simulate(doubled, perfect)), (Texts{"a 2", "a 4", "a 6"}));
}

TEST(Transform, f_map_renames_what_it_knows) {
  const auto renamed = f_map({{"start", "kill"}, {"stop", "restart"}},
                             sequence({operation("start"), operation("wait"), operation("stop")}));
  EXPECT_EQ(what(simulate(renamed, perfect)), (Texts{"kill", "wait", "restart"}));
}

TEST(Transform, filter_skips_at_once) {
  const auto even = filter(
      [](const OfferedOperation& operation) { return operation.value.as_integer() % 2 == 0; },
      limit(6, counting("a")));
  EXPECT_EQ(when(simulate(even, perfect, {.workers = 1, .has_nemesis = false})),
            (Texts{"0 a 0", "10 a 2", "20 a 4"}));
}

TEST(Transform, filter_remembers_what_it_skipped_before_a_pause) {
  int asked = 0;
  const auto filtered = filter(
      [&](const OfferedOperation& operation) {
        if (operation.f == "skipped") ++asked;
        return operation.f != "skipped";
      },
      sequence({operation("skipped"), sleep(Duration(20)), operation("kept")}));
  EXPECT_EQ(when(simulate(filtered, perfect)), (Texts{"20 kept"}));
  EXPECT_EQ(asked, 1);
}

TEST(Transform, filter_that_refuses_for_ever_is_an_error) {
  const auto nothing =
      filter([](const OfferedOperation&) { return false; }, repeat(operation("a")));
  EXPECT_THROW(simulate(nothing, perfect), std::logic_error);
}

TEST(Transform, on_update_sees_every_event_and_may_go_on_with_another_generator) {
  std::vector<std::string> seen;
  const auto watched = on_update(
      [&seen](const GeneratorPtr& inner, const GeneratorContext& context,
              const GeneratorEvent& event) -> GeneratorPtr {
        seen.push_back(event.event.f + " " + std::string(to_string(event.event.type)));
        if (event.event.f == "a" && event.event.type == EventType::ok) return operation("b");
        return update_of(inner, context, event);
      },
      repeat(operation("a")));
  EXPECT_EQ(when(simulate(watched, perfect, {.workers = 1, .has_nemesis = false})),
            (Texts{"0 a", "10 b"}));
  // Nobody tells a generator that has ended how its last operation went.
  EXPECT_EQ(seen, (Texts{"a invoke", "a ok", "b invoke"}));
}

}  // namespace
}  // namespace faultrig
