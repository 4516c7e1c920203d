// What a wall clock shows that lies, as arithmetic on whole nanoseconds: pushed by an offset, too
// fast or too slow, jumping to and fro (strobe), or standing still.
//
// One file for the simulation and for the image that live programs read their clocks through
// (harness/live/clock), so that a setting means the same in both. Nothing but integers: the image
// has no library.
#pragma once

#include <cstdint>

namespace faultrig {

// `length` on a clock that runs `drift_ppm` too fast (negative: too slow); towards zero.
// In two parts: hours of nanoseconds times a million do not fit.
constexpr std::int64_t stretched(std::int64_t length, std::int64_t drift_ppm) {
  constexpr std::int64_t million = 1'000'000;
  const std::int64_t rate = million + drift_ppm;
  return length / million * rate + length % million * rate / million;
}

struct WallClock {
  std::int64_t set_at = 0;  // the true time at which the rest came into force
  std::int64_t offset = 0;  // from the true time, at that instant
  std::int64_t drift_ppm = 0;
  std::int64_t strobe = 0;         // added in the first, third ... period
  std::int64_t strobe_period = 0;  // 0: no strobe
  std::int64_t frozen = 0;         // not 0: it stands still

  constexpr bool is_true() const {
    return offset == 0 && drift_ppm == 0 && strobe_period == 0 && frozen == 0;
  }

  // Requires magnitudes of less than a century.
  constexpr std::int64_t at(std::int64_t true_time) const {
    const std::int64_t passed = true_time - set_at;
    std::int64_t shown = set_at + offset;
    if (frozen == 0) shown += drift_ppm == 0 ? passed : stretched(passed, drift_ppm);
    if (strobe_period > 0 && passed / strobe_period % 2 == 0) shown += strobe;
    return shown;
  }
};

}  // namespace faultrig
