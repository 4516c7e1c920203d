// What is said of a clock is understood as it was meant, or not at all.
#include "harness/live/agent/clock_texts.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using std::chrono::nanoseconds;

TEST(clock_texts, come_back_as_they_were) {
  EXPECT_TRUE(rc::check([] {
    constexpr std::int64_t day = 86'400'000'000'000;
    const ClockSetting setting{nanoseconds(*rc::gen::inRange(-day, day)),
                               *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'001),
                               nanoseconds(*rc::gen::inRange(-day, day)),
                               nanoseconds(*rc::gen::inRange<std::int64_t>(0, day)),
                               *rc::gen::arbitrary<bool>()};
    RC_ASSERT(clock_setting_of(to_texts(setting)) == setting);
  }));
}

TEST(clock_texts, refuses_what_nobody_says) {
  EXPECT_THROW(clock_setting_of({}), EnvironmentError);
  EXPECT_THROW(clock_setting_of({"0", "0", "0", "0", "0", "0"}), EnvironmentError);
  for (std::size_t at = 0; at < to_texts({}).size(); ++at) {
    for (const char* text : {"", "x", "1x", "9223372036854775807", "99999999999999999999999"}) {
      std::vector<std::string> texts = to_texts({});
      texts[at] = text;
      EXPECT_THROW(clock_setting_of(texts), EnvironmentError) << at << " " << text;
    }
  }
  EXPECT_THROW(clock_setting_of({"0", "0", "0", "-1", "0"}), EnvironmentError);
  EXPECT_THROW(clock_setting_of({"0", "0", "0", "0", "2"}), EnvironmentError);
}

}  // namespace
}  // namespace faultrig::live
