// The arithmetic of a clock that lies, against a twin that takes 128 bits and thinks in rationals.
#include "harness/wall_clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace faultrig {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t now = 1'790'000'000 * second;

// By taking turns away, the largest first: is it the first turn, the third ...?
bool in_odd_turn(Wide passed, Wide period) {
  Wide two = 2 * period;
  while (two <= passed) two *= 2;
  for (; two >= 2 * period; two /= 2) {
    if (passed >= two) passed -= two;
  }
  return passed < period;
}

std::int64_t twin(const WallClock& clock, std::int64_t true_time) {
  const Wide passed = Wide(true_time) - clock.set_at;
  Wide shown = Wide(clock.set_at) + clock.offset;
  if (clock.frozen == 0) shown += passed * (1'000'000 + clock.drift_ppm) / 1'000'000;
  const bool is_pushed = clock.strobe_period > 0 && in_odd_turn(passed, clock.strobe_period);
  return static_cast<std::int64_t>(shown + (is_pushed ? clock.strobe : 0));
}

TEST(WallClock, the_true_time_unless_it_is_told_otherwise) {
  EXPECT_TRUE(WallClock{}.is_true());
  EXPECT_EQ(WallClock{}.at(now), now);
  EXPECT_EQ((WallClock{now, -5 * second}.at(now + second)), now - 4 * second);
  EXPECT_FALSE((WallClock{now, 1}.is_true()));
}

TEST(WallClock, drift_counts_from_when_it_was_set) {
  const WallClock fast{now, second, 500'000};
  EXPECT_EQ(fast.at(now), now + second);
  EXPECT_EQ(fast.at(now + 10 * second), now + 16 * second);
}

TEST(WallClock, a_strobe_is_pushed_in_every_other_period) {
  const WallClock strobed{now, 0, 0, 7 * second, second / 2};
  EXPECT_EQ(strobed.at(now), now + 7 * second);
  EXPECT_EQ(strobed.at(now + second / 2 - 1), now + second / 2 - 1 + 7 * second);
  EXPECT_EQ(strobed.at(now + second / 2), now + second / 2);
  EXPECT_EQ(strobed.at(now + second), now + 8 * second);
}

TEST(WallClock, frozen_it_shows_one_instant) {
  const WallClock frozen{now, second, 900, 0, 0, 1};
  EXPECT_EQ(frozen.at(now), now + second);
  EXPECT_EQ(frozen.at(now + 3'600 * second), now + second);
}

RC_GTEST_PROP(WallClock, agrees_with_its_twin, ()) {
  const auto wide = [](std::int64_t low, std::int64_t high) {
    return *rc::gen::resize(1'000, rc::gen::inRange<std::int64_t>(low, high));
  };
  constexpr std::int64_t day = 86'400 * second;
  WallClock clock{now + wide(-day, day), wide(-3 * day, 3 * day), wide(-1'000'000, 2'000'000)};
  clock.strobe = wide(-day, day);
  clock.strobe_period = *rc::gen::element<std::int64_t>(0, 1'000'000, 77'777'777, 60 * second);
  clock.frozen = *rc::gen::inRange(0, 4) == 0;
  const std::int64_t true_time = clock.set_at + wide(0, 400 * day);
  RC_ASSERT(clock.at(true_time) == twin(clock, true_time));
}

// A clock as plans set it, in ticks of about a microsecond, so that a twin can look at each.
WallClock small_clock() {
  const auto between = [](std::int64_t low, std::int64_t high) {
    return *rc::gen::inRange<std::int64_t>(low, high);
  };
  WallClock clock{now, between(-4'000, 4'000),
                  *rc::gen::element<std::int64_t>(0, 1'000'000, -900'000, 50'000, -333'333, 7)};
  clock.strobe = between(-3'000, 3'000);
  clock.strobe_period = *rc::gen::element<std::int64_t>(0, 1, 17, 500, 2'000);
  clock.frozen = *rc::gen::inRange(0, 5) == 0;
  return clock;
}

// The twin looks at every nanosecond.
RC_GTEST_PROP(WallClock, who_looks_again_when_told_sees_the_first_time, ()) {
  const WallClock clock = small_clock();
  const std::int64_t start = now + *rc::gen::inRange<std::int64_t>(0, 3'000);
  const std::int64_t deadline = clock.at(start) + *rc::gen::inRange<std::int64_t>(1, 6'000);
  const std::int64_t longest = *rc::gen::element<std::int64_t>(1, 50, 1'000);
  // Between two nanoseconds of a slow clock lie ten of ours.
  constexpr std::int64_t step = 10, horizon = 20'000;
  std::int64_t first = start;
  while (first < start + horizon && clock.at(first) < deadline) ++first;
  std::int64_t looking = start;
  while (looking < start + horizon && clock.at(looking) < deadline) {
    const std::int64_t next = clock.look_again(deadline, looking, longest);
    RC_ASSERT(next > looking);
    RC_ASSERT(next <= looking + longest);
    looking = next;
  }
  if (first >= start + horizon) {
    RC_ASSERT(looking >= start + horizon);
    return;
  }
  // Where a strobe turns within such a step, it is seen when the strobe is back.
  RC_ASSERT(looking >= first && looking <= first + step + 2 * clock.strobe_period);
}

TEST(WallClock, far_times_are_looked_for_in_steps) {
  constexpr std::int64_t far = 6'000'000'000 * second;
  for (const std::int64_t drift : {-999'999, -900'000, 0, 1'000'000, 900'000'000})
    for (const std::int64_t offset : {-3'000'000'000 * second, 0 * second})
      EXPECT_EQ((WallClock{now, offset, drift}.look_again(far, now, second)), now + second);
  EXPECT_EQ((WallClock{now, 0, 1'000'000}.look_again(now + second, now, 9 * second)),
            now + second / 2);
  EXPECT_EQ((WallClock{now, 0, -2'000'000}.look_again(now + 1, now, second)), now + second)
      << "a clock that runs back never shows it";
}

// What a timer is set to shows, within a step of the clock, the time that was asked for.
RC_GTEST_PROP(WallClock, when_is_the_way_back, ()) {
  const auto wide = [](std::int64_t low, std::int64_t high) {
    return *rc::gen::resize(1'000, rc::gen::inRange<std::int64_t>(low, high));
  };
  constexpr std::int64_t day = 86'400 * second;
  const WallClock clock{now, wide(-3 * day, 3 * day), wide(-900'000, 2'000'000)};
  const std::int64_t asked = clock.set_at + clock.offset + wide(-30 * day, 30 * day);
  const std::int64_t shown = clock.at(clock.when(asked, now + wide(0, day)));
  RC_ASSERT(shown >= asked - 4 && shown <= asked + 4);
}

TEST(WallClock, when_without_a_strobe_and_from_a_standstill) {
  EXPECT_EQ((WallClock{now, -second}.when(now, now + 7)), now + second);
  EXPECT_EQ((WallClock{now, second, 0, second, second}.when(now, now)), now - second);
  EXPECT_EQ((WallClock{now, second, 0, 0, 0, 1}.when(now + 3 * second, now + 100 * second)),
            now + 102 * second);
  EXPECT_LT((WallClock{now, -second}.when(6'000'000'000 * second, now)),
            now + 400'000'000 * second);
}

// However long it drifts, it never goes back.
RC_GTEST_PROP(WallClock, without_a_strobe_it_never_goes_back, ()) {
  WallClock clock{now, 0, *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000)};
  const auto passed = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const auto more = *rc::gen::inRange<std::int64_t>(0, 3'000'000);
  RC_ASSERT(clock.at(now + passed + more) >= clock.at(now + passed));
}

}  // namespace
}  // namespace faultrig
