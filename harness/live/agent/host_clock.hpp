// The wall clock of a host that may be spoilt (a VM made for it): set ahead or back, run too fast
// or too slow, and put right again.
//
// True time is what the clock showed at the first change plus what CLOCK_MONOTONIC_RAW, which
// nobody steers, has counted since. The drift is the kernel's tick length (100 ppm a step) and
// frequency (the rest), so it bends the monotonic clock as well. The state lies in a page that a
// watching process shares, which can put the clock right when we are gone.
// Source: clock_settime(2), adjtimex(2). A time daemon on the host works against all this.
#pragma once

#include <sys/timex.h>

#include <chrono>
#include <cstdint>
#include <ctime>

#include "harness/cluster.hpp"

namespace faultrig::live {

// What the clock needs of the kernel; the errno of a refusal, else 0.
class ClockCalls {
 public:
  virtual ~ClockCalls() = default;
  virtual std::chrono::nanoseconds read(clockid_t clock) = 0;
  virtual int set_wall_clock(std::chrono::nanoseconds time) = 0;
  virtual int adjust(timex& request) = 0;
};
ClockCalls& kernel_clock_calls();

// Plain data without pointers: shared between two processes.
struct ClockState {
  bool is_changed = false;
  std::int64_t wall_at_raw_zero = 0;  // true wall time minus raw monotonic time, nanoseconds
  long tick = 0, frequency = 0;       // as they were
};

class HostClock {
 public:
  static constexpr std::int64_t farthest_ppm = 99'000;  // the kernel takes 10 % at most

  HostClock(ClockState& state, ClockCalls& calls) : state_(state), calls_(calls) {}
  // Throws EnvironmentError.
  void set(const ClockSetting& setting);
  // Of the wall clock from the true time.
  std::chrono::nanoseconds offset();
  // Does nothing when nothing was changed. Never throws.
  void restore();

 private:
  std::chrono::nanoseconds true_time();
  void remember();
  ClockState& state_;
  ClockCalls& calls_;
};

}  // namespace faultrig::live
