// What is said of a link's packets is understood as it was meant, or not at all.
#include "harness/live/agent/link_shape.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

Ratio any_share() {
  const auto denominator = *rc::gen::inRange<std::uint32_t>(1, 1'000'001);
  return {*rc::gen::inRange<std::uint32_t>(0, denominator + 1), denominator};
}

TEST(link_shape, comes_back_as_it_was) {
  EXPECT_TRUE(rc::check([] {
    LinkRule rule;
    rule.delay = std::chrono::nanoseconds(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000));
    rule.jitter = std::chrono::nanoseconds(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000));
    rule.jitter_reorders = *rc::gen::arbitrary<bool>();
    rule.rate_bits_per_second = *rc::gen::arbitrary<std::uint64_t>();
    rule.queue_packets = *rc::gen::arbitrary<std::uint32_t>();
    rule.reorder = any_share();
    rule.duplicate = any_share();
    rule.corrupt = any_share();
    RC_ASSERT(link_shape_of(link_shape(rule)) == rule);
    RC_ASSERT(ratio_of(to_text(rule.reorder)) == rule.reorder);
  }));
}

TEST(link_shape, both_ends_of_a_link_are_counted) {
  LinkCounters leaving, arriving;
  leaving.delayed = 7;
  leaving.corrupted = 2;
  arriving.lost = 3;
  arriving.dropped_by_cut = 4;
  const LinkCounters both =
      joined(link_counters_of(to_texts(leaving)), link_counters_of(to_texts(arriving)));
  EXPECT_EQ(both.touched(), 16u);
  EXPECT_EQ(both.entered, 7u);
  EXPECT_EQ(both.delayed, 7u);
  EXPECT_EQ(both.lost, 3u);
  EXPECT_THROW(link_counters_of({"1"}), std::out_of_range);
  EXPECT_THROW(link_counters_of({"1", "2", "3", "4", "5", "6", "many"}), EnvironmentError);
}

TEST(link_shape, refuses_what_nobody_says) {
  for (const char* text : {"", "/", "1", "1/", "/2", "3/2", "1/0", "-1/2", "1/2 ", "1/2/3", "a/b",
                           "99999999999/99999999999"})
    EXPECT_THROW(ratio_of(text), EnvironmentError) << text;
  for (std::size_t at = 0; at < link_shape({}).size(); ++at) {
    for (const char* text : {"", "-1", "x", "99999999999999999999999"}) {
      std::vector<std::string> texts = link_shape({});
      texts[at] = text;
      EXPECT_THROW(link_shape_of(texts), EnvironmentError) << at << " " << text;
    }
  }
  EXPECT_THROW(link_shape_of({}), std::out_of_range) << "the agent answers that as well";
}

}  // namespace
}  // namespace faultrig::live
