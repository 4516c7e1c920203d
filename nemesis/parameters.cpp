#include "nemesis/parameters.hpp"

#include <algorithm>
#include <bit>

namespace faultrig {
namespace {

struct Kind {
  std::string_view name;
  std::vector<FaultParameter> parameters;
};

constexpr std::int64_t one_day_ms = 86'400'000;

const std::vector<Kind>& kinds() {
  // Jumps as far as Jepsen's, from milliseconds to minutes. Real clocks drift by hundreds of ppm;
  // what a run of seconds is to notice takes more.
  const FaultParameter offset{"offset_ms", 5'000, -one_day_ms, one_day_ms, 8, 262'144, true};
  const FaultParameter swing{"offset_ms", 5'000, -one_day_ms, one_day_ms, 4, 262'144, true};
  const FaultParameter drift{"drift_ppm", 50'000, -900'000, 1'000'000, 1'000, 300'000, true};
  // Packets: what a swarm may draw alone must show on a link with some hundred packets of 256 bytes
  // a second, in strikes of tens of milliseconds.
  static const std::vector<Kind> table = {
      {"restart", {{"step_ms", 0, 0, one_day_ms, 0, 0, false}}},
      {"packet-delay", {{"delay_ms", 100, 1, 60'000, 1, 1'000}}},
      {"packet-jitter",
       {{"delay_ms", 50, 0, 60'000, 1, 500}, {"jitter_ms", 50, 1, 60'000, 1, 500}}},
      {"packet-loss", {{"loss_percent", 20, 1, 100, 5, 90}}},
      {"packet-duplicate", {{"duplicate_percent", 20, 1, 100, 10, 90}}},
      {"packet-reorder",
       {{"delay_ms", 10, 1, 60'000, 8, 500}, {"reorder_percent", 20, 1, 100, 10, 90}}},
      {"packet-corrupt", {{"corrupt_percent", 10, 1, 100, 5, 50}}},
      {"packet-rate", {{"rate_kbit", 256, 1, 10'000'000, 16, 256}}},
      {"clock-jump", {offset}},
      {"clock-drift", {drift}},
      {"clock-strobe", {swing, {"period_ms", 100, 1, 60'000, 1, 1'000}}},
      {"disk-slow", {{"sync_delay_ms", 100, 1, 60'000, 1, 2'000}}},
      {"disk-flip", {{"bits", 8, 1, 1'000'000, 1, 64}}},
  };
  return table;
}

}  // namespace

const std::vector<FaultParameter>& fault_parameters(std::string_view kind) {
  static const std::vector<FaultParameter> none;
  for (const Kind& known : kinds()) {
    if (known.name == kind) return known.parameters;
  }
  return none;
}

Amounts amounts_of(std::string_view kind, const Amounts& given) {
  Amounts amounts;
  for (const FaultParameter& parameter : fault_parameters(kind)) {
    const auto found = given.find(parameter.name);
    const std::int64_t amount = found == given.end() ? parameter.fallback : found->second;
    amounts[parameter.name] = std::clamp(amount, parameter.low, parameter.high);
  }
  return amounts;
}

std::int64_t draw_amount(const FaultParameter& parameter, Random& random) {
  const auto width = [](std::int64_t amount) {
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(amount)));
  };
  const std::int64_t bits = random.between(width(parameter.usual_low), width(parameter.usual_high));
  const std::int64_t least = std::max(parameter.usual_low, std::int64_t{1} << (bits - 1));
  const std::int64_t most = std::min(parameter.usual_high, (std::int64_t{1} << bits) - 1);
  const std::int64_t amount = random.between(least, most);
  return parameter.low < 0 && random.below(2) == 0 ? -amount : amount;
}

void draw_missing(FaultOrder& order, Random& random) {
  for (const FaultParameter& parameter : fault_parameters(order.kind)) {
    if (!parameter.always_drawn || order.parameters.contains(parameter.name)) continue;
    order.parameters[parameter.name] = draw_amount(parameter, random);
  }
}

}  // namespace faultrig
