#include "harness/sim/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace faultrig::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr NodeTime epoch = hours(5);

TEST(Clock, a_right_clock_shows_the_true_time_from_its_epoch_on) {
  const Clock clock(epoch);
  EXPECT_EQ(clock.monotonic(Time()), epoch);
  EXPECT_EQ(clock.monotonic(seconds(3)), epoch + seconds(3));
  EXPECT_EQ(clock.offset(seconds(3)), nanoseconds(0));
  EXPECT_EQ(clock.read(seconds(3)).wall - clock.read(seconds(1)).wall, seconds(2));
}

TEST(Clock, an_offset_moves_the_wall_clock_only) {
  Clock clock(epoch);
  clock.set({-seconds(20), 0}, seconds(1));
  EXPECT_EQ(clock.offset(seconds(1)), -seconds(20));
  EXPECT_EQ(clock.offset(hours(1)), -seconds(20));
  EXPECT_EQ(clock.monotonic(seconds(4)), epoch + seconds(4));
}

TEST(Clock, a_drift_moves_both_clocks_from_the_moment_it_is_set) {
  Clock clock(epoch);
  clock.set({{}, 100'000}, seconds(10));
  EXPECT_EQ(clock.monotonic(seconds(10)), epoch + seconds(10));
  EXPECT_EQ(clock.monotonic(seconds(20)), epoch + seconds(21));
  EXPECT_EQ(clock.offset(seconds(20)), seconds(1));
  clock.set({{}, -500'000}, seconds(20));
  EXPECT_EQ(clock.monotonic(seconds(30)), epoch + seconds(26));
  EXPECT_EQ(clock.offset(seconds(30)), -seconds(5)) << "from when it was set";
}

TEST(Clock, setting_it_right_undoes_what_drift_has_added_to_the_wall_clock) {
  Clock clock(epoch);
  clock.set({seconds(5), 1'000'000}, Time());
  EXPECT_EQ(clock.offset(seconds(10)), seconds(15));
  clock.set({}, seconds(10));
  EXPECT_EQ(clock.offset(seconds(10)), nanoseconds(0));
  EXPECT_EQ(clock.offset(seconds(99)), nanoseconds(0));
  EXPECT_EQ(clock.monotonic(seconds(10)), epoch + seconds(20)) << "it never goes back";
}

TEST(Clock, a_new_offset_replaces_the_one_before) {
  Clock clock(epoch);
  clock.set({seconds(5), 0}, seconds(1));
  clock.set({seconds(2), 0}, seconds(2));
  EXPECT_EQ(clock.offset(seconds(3)), seconds(2));
  clock.set({seconds(2), 100'000}, seconds(3));
  EXPECT_EQ(clock.offset(seconds(3)), seconds(2));
  clock.set({seconds(7), 100'000}, seconds(13));
  EXPECT_EQ(clock.offset(seconds(13)), seconds(7)) << "what the drift had added is in the seven";
}

TEST(Clock, a_strobe_and_a_standstill_are_the_wall_clock_s_alone) {
  Clock clock(epoch);
  clock.set({seconds(1), 0, seconds(5), milliseconds(100)}, seconds(1));
  EXPECT_EQ(clock.offset(seconds(1)), seconds(6));
  EXPECT_EQ(clock.offset(seconds(1) + milliseconds(100)), seconds(1));
  EXPECT_EQ(clock.monotonic(seconds(2)), epoch + seconds(2));
  clock.set({{}, 0, {}, {}, true}, seconds(2));
  EXPECT_EQ(clock.wall(seconds(9)), clock.wall(seconds(2)));
  EXPECT_EQ(clock.monotonic(seconds(9)), epoch + seconds(9));
}

TEST(Clock, days_of_drift_do_not_overflow) {
  Clock clock(epoch);
  clock.set({-hours(24), 1'000'000}, hours(1));
  const Time late = hours(24 * 400);
  EXPECT_EQ(clock.monotonic(late), epoch + hours(1) + 2 * (late - hours(1)));
  EXPECT_EQ(clock.when(clock.monotonic(late)), late);
}

TEST(Clock, the_slowest_clock_still_goes) {
  Clock clock(epoch);
  clock.set({{}, -1'800'000}, Time());  // two faults at once
  EXPECT_GT(clock.monotonic(seconds(1)), epoch);
  EXPECT_GE(clock.monotonic(clock.when(epoch + seconds(1))), epoch + seconds(1));
}

TEST(Clock, what_it_has_shown_already_is_at_once) {
  Clock clock(epoch);
  clock.set({{}, 10}, seconds(9));
  EXPECT_EQ(clock.when(epoch), seconds(9));
}

RC_GTEST_PROP(Clock, when_is_the_first_instant_that_shows_it,
              (std::int32_t drift, std::uint32_t since, std::uint64_t ahead)) {
  Clock clock(epoch);
  const Time start(static_cast<std::int64_t>(since));
  clock.set({{}, drift % 990'000}, start);
  // From nanoseconds to days.
  const nanoseconds length(static_cast<std::int64_t>(ahead % 300'000'000'000'000) + 1);
  const NodeTime then = clock.monotonic(start) + length;
  const Time at = clock.when(then);
  RC_ASSERT(clock.monotonic(at) >= then);
  RC_ASSERT(clock.monotonic(at - nanoseconds(1)) < then);
}

RC_GTEST_PROP(Clock, the_monotonic_clock_never_goes_back,
              (const std::vector<std::pair<std::int32_t, std::int16_t>>& settings)) {
  Clock clock(epoch);
  Time now{};
  NodeTime shown = clock.monotonic(now);
  for (const auto& [drift, offset] : settings) {
    clock.set({milliseconds(offset), drift % 1'000'000}, now);
    RC_ASSERT(clock.monotonic(now) == shown);
    now += nanoseconds(1'234'567);
    RC_ASSERT(clock.monotonic(now) >= shown);
    shown = clock.monotonic(now);
  }
}

}  // namespace
}  // namespace faultrig::sim
