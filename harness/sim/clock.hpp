// The two clocks of a simulated node: a monotonic one with an epoch of its own, and a wall clock.
// Both may run too fast or too slow; only the wall clock can be set wrong, jump or stand still.
//
// All arithmetic is on whole nanoseconds, so that a run repeats on every machine.
#pragma once

#include <algorithm>

#include "checkers/history/event.hpp"
#include "harness/cluster.hpp"
#include "harness/wall_clock.hpp"

namespace faultrig::sim {

class Clock {
 public:
  // `epoch`: what the monotonic clock shows at time zero of the run.
  explicit Clock(NodeTime epoch) : monotonic_(epoch) {}

  NodeTime monotonic(Time now) const {
    return monotonic_ + Duration(stretched((now - since_).count(), setting_.drift_ppm));
  }
  // The true wall clock shows `wall_epoch` at time zero of the run.
  NodeTime wall(Time now) const { return wall_epoch + now + offset(now); }
  Clocks read(Time now) const { return {monotonic(now), wall(now)}; }
  // How far the wall clock is from the true time.
  std::chrono::nanoseconds offset(Time now) const {
    const WallClock wall{
        since_.count(),          setting_.offset.count(),        setting_.drift_ppm,
        setting_.strobe.count(), setting_.strobe_period.count(), setting_.frozen ? 1 : 0};
    return std::chrono::nanoseconds(wall.at(now.count())) - now;
  }

  // The first instant at which the monotonic clock shows `then` or more.
  Time when(NodeTime then) const {
    const std::int64_t left = (then - monotonic_).count();
    if (left <= 0) return since_;
    const std::int64_t rate = million + setting_.drift_ppm;
    // Rounded up; in two parts, so that hours of nanoseconds times a million do not overflow.
    const std::int64_t whole = left / rate * million;
    return since_ + Duration(whole + (left % rate * million + rate - 1) / rate);
  }

  const ClockSetting& setting() const { return setting_; }
  // A time server sets the wall clock right (or wrong) with every call; what drift had added is
  // gone.
  void set(const ClockSetting& setting, Time now) {
    monotonic_ = monotonic(now);
    since_ = now;
    setting_ = setting;
    // However many faults slow a clock down: the monotonic one never stands still or runs back.
    setting_.drift_ppm = std::max(setting_.drift_ppm, slowest);
  }

 private:
  static constexpr std::int64_t million = 1'000'000;
  static constexpr std::int64_t slowest = -990'000;
  static constexpr NodeTime wall_epoch = std::chrono::hours(24 * 365 * 55);

  NodeTime monotonic_;  // at since_
  Time since_{};        // when the setting last changed
  ClockSetting setting_;
};

}  // namespace faultrig::sim
