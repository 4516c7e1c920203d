#include "campaign/failure_rate.hpp"

#include <fmt/format.h>

#include <cmath>

namespace faultrig {
namespace {

// The chance of at most `failures` in `runs` at this rate.
double at_most(std::uint64_t failures, std::uint64_t runs, double rate) {
  if (rate <= 0) return 1;
  if (rate >= 1) return failures >= runs ? 1 : 0;
  const auto n = static_cast<double>(runs);
  double sum = 0;
  for (std::uint64_t k = 0; k <= failures; ++k) {
    const auto i = static_cast<double>(k);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) +
                    i * std::log(rate) + (n - i) * std::log1p(-rate));
  }
  return std::fmin(sum, 1);
}

// The rate in [0, 1] at which a falling function of it reaches `level`.
template <typename Falling>
double solve(Falling chance, double level) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (chance(middle) > level ? low : high) = middle;
  }
  return high;
}

// Two digits: 0.30 %, 4.3 %, 17 %.
std::string percent(double rate) {
  const double shown = rate * 100;
  return shown < 9.95 ? fmt::format("{:#.2g} %", shown) : fmt::format("{:.0f} %", shown);
}

}  // namespace

RateInterval failure_rate(std::uint64_t failures, std::uint64_t runs) {
  RateInterval interval;
  if (runs == 0) return interval;
  const double one_side = failures == 0 || failures == runs ? 0.05 : 0.025;
  if (failures < runs) {
    interval.high = solve([&](double rate) { return at_most(failures, runs, rate); }, one_side);
  }
  if (failures > 0) {
    interval.low =
        solve([&](double rate) { return at_most(failures - 1, runs, rate); }, 1 - one_side);
  }
  return interval;
}

std::string failure_rate_words(std::uint64_t failures, std::uint64_t runs) {
  if (runs == 0) return "nothing was tested, so nothing is known of the rate of failure";
  const RateInterval interval = failure_rate(failures, runs);
  const std::string of_runs = fmt::format("{} run{}", runs, runs == 1 ? "" : "s");
  if (failures == 0) {
    return fmt::format("no failure in {}: rate below {} (95 %)", of_runs, percent(interval.high));
  }
  return fmt::format("{} failure{} in {}: rate {}, between {} and {} (95 %)", failures,
                     failures == 1 ? "" : "s", of_runs,
                     percent(static_cast<double>(failures) / static_cast<double>(runs)),
                     percent(interval.low), percent(interval.high));
}

}  // namespace faultrig
