// The two clocks of a simulated node: a monotonic one with an epoch of its own, and a wall clock.
// Both may run too fast or too slow; only the wall clock can be set wrong.
//
// All arithmetic is on whole nanoseconds, so that a run repeats on every machine.
#pragma once

#include <algorithm>

#include "checkers/history/event.hpp"
#include "harness/cluster.hpp"

namespace faultrig::sim {

class Clock {
 public:
  // `epoch`: what the monotonic clock shows at time zero of the run.
  explicit Clock(NodeTime epoch) : monotonic_(epoch) {}

  NodeTime monotonic(Time now) const { return monotonic_ + stretched(now - since_); }
  // The true wall clock shows `wall_epoch` at time zero of the run.
  NodeTime wall(Time now) const {
    return wall_epoch + since_ + gained_ + stretched(now - since_) + setting_.offset;
  }
  Clocks read(Time now) const { return {monotonic(now), wall(now)}; }
  // How far the wall clock is from the true time.
  std::chrono::nanoseconds offset(Time now) const { return wall(now) - wall_epoch - now; }

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
    gained_ = setting.drift_ppm == 0 ? std::chrono::nanoseconds(0) : offset(now) - setting_.offset;
    since_ = now;
    setting_ = setting;
    // However many faults slow a clock down: none stands still or runs back.
    setting_.drift_ppm = std::max(setting_.drift_ppm, slowest);
  }

 private:
  static constexpr std::int64_t million = 1'000'000;
  static constexpr std::int64_t slowest = -990'000;
  static constexpr NodeTime wall_epoch = std::chrono::hours(24 * 365 * 55);

  // Rounded down; requires length >= 0.
  std::chrono::nanoseconds stretched(Duration length) const {
    if (setting_.drift_ppm == 0) return length;
    const std::int64_t count = length.count();
    const std::int64_t rate = million + setting_.drift_ppm;
    return std::chrono::nanoseconds(count / million * rate + count % million * rate / million);
  }

  NodeTime monotonic_;                 // at since_
  Time since_{};                       // when the setting last changed
  std::chrono::nanoseconds gained_{};  // by the drifts before
  ClockSetting setting_;
};

}  // namespace faultrig::sim
