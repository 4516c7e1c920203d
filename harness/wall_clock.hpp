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

  // For who waits until it shows `time`, which it does not at `now`: the true time at which to look
  // again. No later than `longest` from now, nor than when a strobe turns, nor later than one step
  // of the clock's after it first shows `time`; so whoever looks again each time misses nothing.
  // Requires now not before set_at.
  constexpr std::int64_t look_again(std::int64_t time, std::int64_t now,
                                    std::int64_t longest) const {
    constexpr std::int64_t million = 1'000'000;
    std::int64_t wait = longest;
    if (strobe_period > 0) wait = least(wait, strobe_period - (now - set_at) % strobe_period);
    const std::int64_t rate = million + drift_ppm;
    const std::int64_t missing = time - at(now);
    if (frozen == 0 && rate > 0 && missing / rate <= wait / million)
      wait = least(wait, missing / rate * million + (missing % rate * million + rate - 1) / rate);
    return now + wait;
  }

  // The true time at which it shows `time`, or would without a strobe and, where it stands still,
  // if it went on from now. For a timer that is set once: within ten years, and as if it were never
  // slower than a tenth.
  constexpr std::int64_t when(std::int64_t time, std::int64_t now) const {
    constexpr std::int64_t million = 1'000'000, ten_years = 315'360'000'000'000'000;
    if (frozen != 0) return now + between(-ten_years, time - set_at - offset, ten_years);
    const std::int64_t rate = drift_ppm < -900'000 ? 100'000 : million + drift_ppm;
    const std::int64_t length = between(-ten_years, time - set_at - offset, ten_years);
    return set_at + length / rate * million + length % rate * million / rate;
  }

 private:
  static constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
  static constexpr std::int64_t between(std::int64_t low, std::int64_t value, std::int64_t high) {
    return value < low ? low : least(value, high);
  }
};

}  // namespace faultrig
