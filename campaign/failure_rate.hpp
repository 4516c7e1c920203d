// What a number of failures in a number of runs says about the rate of failure.
//
// The exact interval of Clopper and Pearson (Biometrika 26, 1934): the rates that are not refuted
// at 2.5 % on either side. Without a failure the whole 5 % is on one side, so the bound is
// 1 - 0.05^(1/n), about 3/n. Cost: some hundred terms.
#pragma once

#include <cstdint>
#include <string>

namespace faultrig {

struct RateInterval {
  double low = 0;
  double high = 1;
};

// Requires failures <= runs. No runs: anything from 0 to 1.
RateInterval failure_rate(std::uint64_t failures, std::uint64_t runs);

// "no failure in 1000 runs: rate below 0.30 % (95 %)",
// "3 failures in 200 runs: rate 1.5 %, between 0.31 % and 4.3 % (95 %)".
std::string failure_rate_words(std::uint64_t failures, std::uint64_t runs);

}  // namespace faultrig
