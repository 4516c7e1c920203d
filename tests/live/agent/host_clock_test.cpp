// The host's clock against a kernel that only pretends: nobody's clock is touched.
#include "harness/live/agent/host_clock.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

class PretendedKernel : public ClockCalls {
 public:
  nanoseconds read(clockid_t clock) override { return clock == CLOCK_REALTIME ? wall : raw; }
  int set_wall_clock(nanoseconds time) override {
    if (refusal == 0) wall = time;
    return refusal;
  }
  int adjust(timex& request) override {
    if (request.modes != 0 && refusal != 0) return refusal;
    if ((request.modes & ADJ_TICK) != 0) tick = request.tick;
    if ((request.modes & ADJ_FREQUENCY) != 0) frequency = request.freq;
    request.tick = tick;
    request.freq = frequency;
    return 0;
  }
  void pass(nanoseconds time) { wall += time, raw += time; }

  nanoseconds wall = 1'000'000s, raw = 77s;
  long tick = 10'000, frequency = 5 << 16;
  int refusal = 0;
};

struct HostClockTest : testing::Test {
  PretendedKernel kernel;
  ClockState state;
  HostClock clock{state, kernel};
};

TEST_F(HostClockTest, jumps_are_from_the_true_time_and_are_put_right) {
  EXPECT_EQ(clock.offset(), 0s);
  clock.set({5s, 0});
  EXPECT_EQ(kernel.wall, 1'000'005s);
  kernel.pass(10s);
  clock.set({-2s, 0});
  EXPECT_EQ(clock.offset(), -2s) << "not from the last jump";
  kernel.pass(10s);
  clock.restore();
  EXPECT_EQ(kernel.wall, 1'000'020s);
  EXPECT_EQ(clock.offset(), 0s);
}

TEST_F(HostClockTest, drift_is_ticks_and_frequency_and_goes_with_the_fault) {
  clock.set({0s, 1'250});
  EXPECT_EQ(kernel.tick, 10'012);
  EXPECT_EQ(kernel.frequency, (5 + 50) << 16);
  clock.set({0s, -1'250});
  EXPECT_EQ(kernel.tick, 9'988);
  EXPECT_EQ(kernel.frequency, (5 - 50) * (1 << 16));
  clock.restore();
  EXPECT_EQ(kernel.tick, 10'000);
  EXPECT_EQ(kernel.frequency, 5 << 16);
  EXPECT_THROW(clock.set({0s, 200'000}), EnvironmentError);
}

TEST_F(HostClockTest, another_process_with_the_page_can_put_it_right) {
  clock.set({5s, 300});
  HostClock watcher(state, kernel);
  watcher.restore();
  EXPECT_EQ(kernel.wall, 1'000'000s);
  EXPECT_EQ(kernel.tick, 10'000);
  kernel.wall += 1s;
  watcher.restore();
  EXPECT_EQ(kernel.wall, 1'000'001s) << "once";
}

TEST_F(HostClockTest, a_refusal_is_told_and_forgets_nothing) {
  kernel.refusal = EPERM;
  EXPECT_THROW(clock.set({5s, 0}), EnvironmentError);
  clock.restore();
  kernel.refusal = 0;
  kernel.wall += 3s;
  clock.restore();
  EXPECT_EQ(kernel.wall, 1'000'000s) << "tried again";
}

}  // namespace
}  // namespace faultrig::live
