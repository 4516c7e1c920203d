#include "nemesis/clock.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "harness/wall_clock.hpp"

namespace faultrig {

ClockSetting ClockPush::at(Time now) const {
  ClockSetting setting;
  if (period.count() > 0) {
    setting.strobe = jump;
    setting.strobe_period = period;
    return setting;
  }
  setting.offset = reach(now);
  setting.drift_ppm = drift_ppm;
  setting.frozen = freezes;
  return setting;
}

std::chrono::nanoseconds ClockPush::reach(Time now) const {
  const Duration passed = now - since;
  if (freezes) return -passed;
  return jump + std::chrono::nanoseconds(stretched(passed.count(), drift_ppm)) - passed;
}

ClockSetting operator+(const ClockSetting& a, const ClockSetting& b) {
  const ClockSetting& strobing = b.strobe_period.count() > 0 ? b : a;
  return {a.offset + b.offset, a.drift_ppm + b.drift_ppm, strobing.strobe, strobing.strobe_period,
          a.frozen || b.frozen};
}

ClockPush clock_push(std::string_view kind, const Amounts& given, Time since) {
  Amounts amounts = amounts_of(kind, given);
  ClockPush push;
  push.jump = std::chrono::milliseconds(amounts["offset_ms"]);
  push.drift_ppm = amounts["drift_ppm"];
  push.period = std::chrono::milliseconds(amounts["period_ms"]);
  push.freezes = kind == "clock-freeze";
  push.since = since;
  return push;
}

std::string clock_words(std::string_view kind, const Amounts& given) {
  Amounts amounts = amounts_of(kind, given);
  const std::int64_t offset = amounts["offset_ms"], drift = amounts["drift_ppm"];
  if (kind == "clock-freeze") return "clocks standing still";
  if (kind == "clock-drift") {
    return fmt::format("clocks {} ppm too {}", std::abs(drift), drift < 0 ? "slow" : "fast");
  }
  const std::string jump =
      fmt::format("{} ms {}", std::abs(offset), offset < 0 ? "behind" : "ahead");
  if (kind == "clock-jump") return "clocks " + jump;
  return fmt::format("clocks jumping {} and back every {} ms", jump, amounts["period_ms"]);
}

std::string offset_words(std::chrono::nanoseconds offset) {
  const std::int64_t magnitude = std::abs(offset.count());
  return fmt::format("{}.{:03} ms {}", magnitude / 1'000'000, magnitude / 1'000 % 1'000,
                     offset.count() < 0 ? "behind" : "ahead");
}

}  // namespace faultrig
