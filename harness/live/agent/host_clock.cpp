#include "harness/live/agent/host_clock.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using std::chrono::nanoseconds;

constexpr long ppm_a_tick = 100;         // one microsecond of a tick of 10 ms
constexpr long frequency_unit = 65'536;  // of one ppm

class KernelCalls final : public ClockCalls {
 public:
  nanoseconds read(clockid_t clock) override {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
  }
  int set_wall_clock(nanoseconds time) override {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const timespec wanted{seconds.count(), (time - seconds).count()};
    return ::clock_settime(CLOCK_REALTIME, &wanted) == 0 ? 0 : errno;
  }
  int adjust(timex& request) override { return ::adjtimex(&request) >= 0 ? 0 : errno; }
};

}  // namespace

ClockCalls& kernel_clock_calls() {
  static KernelCalls calls;
  return calls;
}

nanoseconds HostClock::true_time() {
  return nanoseconds(state_.wall_at_raw_zero) + calls_.read(CLOCK_MONOTONIC_RAW);
}

void HostClock::remember() {
  if (state_.is_changed) return;
  timex now{};
  if (const int error = calls_.adjust(now); error != 0)
    throw EnvironmentError("cannot read", "how the clock is steered", error);
  state_.tick = now.tick;
  state_.frequency = now.freq;
  state_.wall_at_raw_zero =
      (calls_.read(CLOCK_REALTIME) - calls_.read(CLOCK_MONOTONIC_RAW)).count();
  state_.is_changed = true;
}

void HostClock::set(const ClockSetting& setting) {
  if (std::abs(setting.drift_ppm) > farthest_ppm) {
    throw EnvironmentError("cannot make the clock run",
                           fmt::format("{} ppm wrong", setting.drift_ppm), EINVAL,
                           fmt::format("the kernel takes up to {}", farthest_ppm));
  }
  remember();
  timex request{};
  request.modes = ADJ_TICK | ADJ_FREQUENCY;
  request.tick = state_.tick + static_cast<long>(setting.drift_ppm / ppm_a_tick);
  request.freq =
      state_.frequency + static_cast<long>(setting.drift_ppm % ppm_a_tick) * frequency_unit;
  int error = calls_.adjust(request);
  if (error == 0) error = calls_.set_wall_clock(true_time() + setting.offset);
  if (error != 0) {
    throw EnvironmentError("cannot set", "the wall clock", error,
                           error == EPERM ? "it takes root" : "");
  }
}

nanoseconds HostClock::offset() {
  return state_.is_changed ? calls_.read(CLOCK_REALTIME) - true_time() : nanoseconds(0);
}

void HostClock::restore() {
  if (!state_.is_changed) return;
  timex request{};
  request.modes = ADJ_TICK | ADJ_FREQUENCY;
  request.tick = state_.tick;
  request.freq = state_.frequency;
  const bool steered = calls_.adjust(request) == 0;
  const bool put_right = calls_.set_wall_clock(true_time()) == 0;
  if (steered && put_right) state_.is_changed = false;
}

}  // namespace faultrig::live
