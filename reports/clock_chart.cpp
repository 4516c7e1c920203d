#include "reports/clock_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include "reports/escape.hpp"

namespace faultrig {
namespace {

double in_milliseconds(std::chrono::nanoseconds offset) {
  return std::chrono::duration<double, std::milli>(offset).count();
}

double stretched(std::chrono::nanoseconds offset) {
  const double magnitude = std::log10(1 + std::abs(in_milliseconds(offset)));
  return offset.count() < 0 ? -magnitude : magnitude;
}

std::string words(std::chrono::nanoseconds offset) {
  const double milliseconds = std::abs(in_milliseconds(offset));
  if (milliseconds >= 600'000) return fmt::format("{:.0f} min", milliseconds / 60'000);
  if (milliseconds >= 1'000) return fmt::format("{:.3g} s", milliseconds / 1'000);
  return fmt::format("{:.3g} ms", milliseconds);
}

}  // namespace

ClockStrip clock_strip(const RunRecord& record, const std::function<double(Time)>& x_of, double top,
                       double height) {
  std::chrono::nanoseconds ahead{}, behind{};
  std::map<NodeName, std::string> paths;
  for (const ClockReading& reading : record.clocks) {
    for (const auto& [node, offset] : reading.offsets) {
      ahead = std::max(ahead, offset);
      behind = std::min(behind, offset);
    }
  }
  const double reach = std::max({stretched(ahead), -stretched(behind), 1.0});
  const auto y_of = [&](std::chrono::nanoseconds offset) {
    return top + height / 2 * (1 - stretched(offset) / reach);
  };
  // A reading holds until the next.
  for (const ClockReading& reading : record.clocks) {
    for (const auto& [node, offset] : reading.offsets) {
      std::string& path = paths[node];
      if (path.empty()) path = fmt::format("M{:.1f} {:.1f}", x_of(Time{}), y_of({}));
      fmt::format_to(std::back_inserter(path), "H{:.1f}V{:.1f}", x_of(reading.at), y_of(offset));
    }
  }
  ClockStrip strip;
  for (const auto& [node, path] : paths) {
    strip.lines += fmt::format("<path d='{}' class='clock'><title>clock of {}</title></path>\n",
                               path, escape_markup(node));
  }
  if (ahead.count() > 0) strip.ahead = words(ahead);
  if (behind.count() < 0) strip.behind = words(behind);
  return strip;
}

}  // namespace faultrig
