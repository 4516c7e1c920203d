#include "harness/node/trace_event.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace faultrig {
namespace {

using Place = TraceContinuity::Place;

TraceEvent line(std::int64_t seq, const char* event = "work", const char* node = "n1") {
  return {node, event, Value::map({{"seq", seq}})};
}

TEST(TraceEvent, reads_whole_lines_only) {
  const auto read =
      read_trace_line("n1", R"({"t":7,"node":"n1","seq":3,"event":"txn.vote","tx":"a"})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->event, "txn.vote");
  EXPECT_EQ(read->fields.integer_or("seq", 0), 3);
  for (const char* torn : {"", "{", R"({"seq":3,"ev)", R"({"seq":3})", R"({"event":7})", "[1]",
                           "null", R"({"event":""})", R"({"event":"a","se{"event":"a","seq":1})"}) {
    EXPECT_FALSE(read_trace_line("n1", torn).has_value()) << torn;
  }
}

TEST(TraceContinuity, knows_lives_from_gaps) {
  TraceContinuity trace;
  EXPECT_EQ(trace.take(line(1, life_begins)), Place::new_life);
  EXPECT_EQ(trace.take(line(2)), Place::next);
  EXPECT_EQ(trace.take(line(1, life_begins)), Place::new_life);
  EXPECT_EQ(trace.take(line(2)), Place::next);
  EXPECT_TRUE(trace.is_whole("n1"));
  EXPECT_EQ(trace.take(line(4)), Place::gap);
  EXPECT_EQ(trace.take(line(5)), Place::next);
  EXPECT_FALSE(trace.is_whole("n1"));
  EXPECT_EQ(trace.take(line(1, life_begins)), Place::new_life);
  EXPECT_FALSE(trace.is_whole("n1")) << "what is missing stays missing";
  EXPECT_FALSE(trace.is_whole("n2")) << "it has said nothing at all";
  EXPECT_EQ(trace.take(line(1, life_begins, "n2")), Place::new_life);
  EXPECT_TRUE(trace.is_whole("n2"));
  EXPECT_EQ(trace.with_gaps(), std::vector<NodeName>{"n1"});
  EXPECT_EQ(trace.lines(), 8u);
}

TEST(TraceContinuity, takes_any_number_for_what_it_is) {
  for (const std::int64_t seq :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
        std::int64_t{1}, std::int64_t{2}, std::numeric_limits<std::int64_t>::max()}) {
    TraceContinuity trace;
    EXPECT_EQ(trace.take(line(seq)), Place::gap) << "no life has begun: " << seq;
    EXPECT_EQ(trace.take(line(seq)), Place::gap) << "the same line again: " << seq;
  }
}

}  // namespace
}  // namespace faultrig
