#include "cli/check_limit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

#include "harness/errors.hpp"

namespace faultrig {
namespace {

constexpr std::uint64_t steps_a_second = 10'000'000;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
  bool is_memory;
};

constexpr Unit units[] = {
    {"s", steps_a_second, false},
    {"m", 60 * steps_a_second, false},
    {"h", 3600 * steps_a_second, false},
    {"steps", 1, false},
    {"KiB", 1024, true},
    {"MiB", std::uint64_t{1} << 20, true},
    {"GiB", std::uint64_t{1} << 30, true},
};

[[noreturn]] void refuse(std::string_view part) {
  throw UsageError(fmt::format("--check-limit: `{}` is no limit", part),
                   "write a number with s, m, h or steps, and one with KiB, MiB or GiB: 60s,4GiB");
}

void apply_part(std::string_view part, CheckBudget& budget) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  const std::string_view name = part.substr(static_cast<std::size_t>(end - part.data()));
  if (error != std::errc() || number == 0) refuse(part);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / unit.factor) refuse(part);
    if (unit.is_memory) {
      budget.bytes = static_cast<std::size_t>(number * unit.factor);
    } else {
      budget.steps = number * unit.factor;
    }
    return;
  }
  refuse(part);
}

}  // namespace

void apply_check_limit(const std::string& text, CheckBudget& budget) {
  std::string_view left = text;
  while (true) {
    const std::size_t comma = left.find(',');
    apply_part(left.substr(0, comma), budget);
    if (comma == std::string_view::npos) return;
    left.remove_prefix(comma + 1);
  }
}

}  // namespace faultrig
