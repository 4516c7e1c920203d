#include "nemesis/clock.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace faultrig {

ClockSetting ClockPush::at(Time now) const {
  // Microseconds first: a day of nanoseconds times a million does not fit.
  const std::int64_t drifted = (now - since).count() / 1'000 * drift_ppm / 1'000;
  return {(back ? std::chrono::nanoseconds() : jump) + std::chrono::nanoseconds(drifted),
          drift_ppm};
}

ClockSetting operator+(const ClockSetting& a, const ClockSetting& b) {
  return {a.offset + b.offset, a.drift_ppm + b.drift_ppm};
}

ClockPush clock_push(std::string_view kind, const Amounts& given, Time since) {
  Amounts amounts = amounts_of(kind, given);
  ClockPush push;
  push.jump = std::chrono::milliseconds(amounts["offset_ms"]);
  push.drift_ppm = amounts["drift_ppm"];
  push.since = since;
  return push;
}

std::string clock_words(std::string_view kind, const Amounts& given) {
  Amounts amounts = amounts_of(kind, given);
  const std::int64_t offset = amounts["offset_ms"], drift = amounts["drift_ppm"];
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
