#include "harness/sim/trace_digest.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

std::uint64_t digest_of(const Effect& effect) {
  TraceDigest digest;
  digest.fold(effect);
  return digest.value();
}

TEST(TraceDigest, what_is_the_same_has_the_same_digest) {
  EXPECT_EQ(digest_of(SendEffect{message("n1", "n2", "ping", 3)}),
            digest_of(SendEffect{message("n1", "n2", "ping", 3)}));
  EXPECT_EQ(TraceDigest().text().size(), 16u);
}

TEST(TraceDigest, every_part_of_an_effect_takes_part) {
  using Kind = DiskWrite::Kind;
  using std::chrono::nanoseconds;
  const std::vector<Effect> effects = {
      SendEffect{message("n1", "n2", "ping", 3)},
      SendEffect{message("n1", "n3", "ping", 3)},
      SendEffect{message("n1", "n2", "pong", 3)},
      SendEffect{message("n1", "n2", "ping", 4)},
      SetTimerEffect{1, nanoseconds(5)},
      SetTimerEffect{2, nanoseconds(5)},
      SetTimerEffect{1, nanoseconds(6)},
      CancelTimerEffect{1},
      CancelTimerEffect{2},
      DiskWrite{1, Kind::append, "log", "bytes", true},
      DiskWrite{2, Kind::append, "log", "bytes", true},
      DiskWrite{1, Kind::replace, "log", "bytes", true},
      DiskWrite{1, Kind::append, "gol", "bytes", true},
      DiskWrite{1, Kind::append, "log", "Bytes", true},
      DiskWrite{1, Kind::append, "log", "bytes", false},
      TraceEffect{"event", Value::map({{"term", 1}})},
      TraceEffect{"event", Value::map({{"term", 2}})},
      TraceEffect{"other", Value::map({{"term", 1}})},
  };
  std::set<std::uint64_t> digests;
  for (const Effect& effect : effects) digests.insert(digest_of(effect));
  EXPECT_EQ(digests.size(), effects.size());
}

TEST(TraceDigest, pieces_do_not_run_into_each_other) {
  TraceDigest a, b;
  a.fold(std::string_view("a"));
  a.fold(std::string_view("b"));
  b.fold(std::string_view("ab"));
  EXPECT_NE(a.value(), b.value());
}

TEST(TraceDigest, kinds_of_values_are_told_apart) {
  const std::vector<Value> values = {Value(),    Value(false),        Value(0),
                                     Value(0.0), Value(""),           Value(Value::List{}),
                                     Value("0"), Value(Value::Map{}), Value(Value::List{Value()})};
  std::set<std::uint64_t> digests;
  for (const Value& value : values) {
    TraceDigest digest;
    digest.fold(value);
    digests.insert(digest.value());
  }
  EXPECT_EQ(digests.size(), values.size());
}

TEST(TraceDigest, the_order_counts) {
  TraceDigest a, b;
  a.fold(std::uint64_t{1});
  a.fold(std::uint64_t{2});
  b.fold(std::uint64_t{2});
  b.fold(std::uint64_t{1});
  EXPECT_NE(a.value(), b.value());
}

}  // namespace
}  // namespace faultrig::sim
