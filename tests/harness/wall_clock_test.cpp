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

// However long it drifts, it never goes back.
RC_GTEST_PROP(WallClock, without_a_strobe_it_never_goes_back, ()) {
  WallClock clock{now, 0, *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000)};
  const auto passed = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const auto more = *rc::gen::inRange<std::int64_t>(0, 3'000'000);
  RC_ASSERT(clock.at(now + passed + more) >= clock.at(now + passed));
}

}  // namespace
}  // namespace faultrig
