#include "harness/live/agent/clock_texts.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/agent/request_texts.hpp"

namespace faultrig::live {
namespace {

// Of the arithmetic, see WallClock::at.
constexpr std::int64_t farthest = std::int64_t{36'000} * 24 * 3'600 * 1'000'000'000;
constexpr std::int64_t fastest_ppm = 1'000'000;

std::int64_t within(std::int64_t least, const std::string& text, std::int64_t most) {
  const std::int64_t number = number_of(text);
  if (number < least || number > most)
    throw EnvironmentError("cannot understand", fmt::format("a clock set by {}", text), EPROTO);
  return number;
}

}  // namespace

std::vector<std::string> to_texts(const ClockSetting& setting) {
  return {std::to_string(setting.offset.count()), std::to_string(setting.drift_ppm),
          std::to_string(setting.strobe.count()), std::to_string(setting.strobe_period.count()),
          setting.frozen ? "1" : "0"};
}

ClockSetting clock_setting_of(const std::vector<std::string>& texts) {
  if (texts.size() != to_texts({}).size())
    throw EnvironmentError("cannot understand", "a clock setting", EPROTO);
  using std::chrono::nanoseconds;
  return {nanoseconds(within(-farthest, texts[0], farthest)),
          within(-fastest_ppm, texts[1], fastest_ppm),
          nanoseconds(within(-farthest, texts[2], farthest)),
          nanoseconds(within(0, texts[3], farthest)), within(0, texts[4], 1) == 1};
}

}  // namespace faultrig::live
