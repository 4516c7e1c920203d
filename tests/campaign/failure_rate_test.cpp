#include "campaign/failure_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace faultrig {
namespace {

TEST(FailureRate, no_failure_bounds_the_rate_by_the_rule_of_three) {
  EXPECT_NEAR(failure_rate(0, 1000).high, 0.00299, 0.00001);
  EXPECT_EQ(failure_rate(0, 1000).low, 0.0);
  for (const std::uint64_t runs : {1u, 10u, 200u, 1'000'000u}) {
    EXPECT_NEAR(failure_rate(0, runs).high, 1 - std::pow(0.05, 1.0 / static_cast<double>(runs)),
                1e-9)
        << runs;
  }
}

TEST(FailureRate, published_intervals) {
  EXPECT_NEAR(failure_rate(3, 200).low, 0.0031, 0.00005);
  EXPECT_NEAR(failure_rate(3, 200).high, 0.0432, 0.00005);
  EXPECT_NEAR(failure_rate(1, 10).low, 0.0025, 0.00005);
  EXPECT_NEAR(failure_rate(1, 10).high, 0.4450, 0.00005);
  EXPECT_NEAR(failure_rate(5, 10).low, 0.1871, 0.00005);
  EXPECT_NEAR(failure_rate(5, 10).high, 0.8129, 0.00005);
}

TEST(FailureRate, nothing_tested_leaves_everything_open) {
  EXPECT_EQ(failure_rate(0, 0).low, 0.0);
  EXPECT_EQ(failure_rate(0, 0).high, 1.0);
}

TEST(FailureRate, all_failing_is_no_failure_the_other_way_round) {
  EXPECT_NEAR(failure_rate(40, 40).low, 1 - failure_rate(0, 40).high, 1e-9);
  EXPECT_EQ(failure_rate(40, 40).high, 1.0);
}

// The stupid twin: Pascal's triangle, term by term.
double at_most(std::uint64_t failures, std::uint64_t runs, double rate) {
  double sum = 0;
  for (std::uint64_t k = 0; k <= failures; ++k) {
    double ways = 1;
    for (std::uint64_t i = 0; i < k; ++i) {
      ways = ways * static_cast<double>(runs - i) / static_cast<double>(i + 1);
    }
    sum += ways * std::pow(rate, static_cast<double>(k)) *
           std::pow(1 - rate, static_cast<double>(runs - k));
  }
  return sum;
}

TEST(FailureRate, at_either_end_the_binomial_has_the_chance_it_should_have) {
  for (std::uint64_t runs = 1; runs <= 40; ++runs) {
    for (std::uint64_t failures = 0; failures <= runs; ++failures) {
      const RateInterval interval = failure_rate(failures, runs);
      const double side = failures == 0 || failures == runs ? 0.05 : 0.025;
      if (failures < runs) {
        ASSERT_NEAR(at_most(failures, runs, interval.high), side, 1e-6) << failures << "/" << runs;
      }
      if (failures > 0) {
        ASSERT_NEAR(1 - at_most(failures - 1, runs, interval.low), side, 1e-6)
            << failures << "/" << runs;
      }
      const double rate = static_cast<double>(failures) / static_cast<double>(runs);
      ASSERT_LE(interval.low, rate);
      ASSERT_GE(interval.high, rate);
    }
  }
}

TEST(FailureRate, many_runs_are_no_trouble) {
  const RateInterval interval = failure_rate(500, 1'000'000);
  EXPECT_NEAR(interval.low, 0.000457, 0.000001);
  EXPECT_NEAR(interval.high, 0.000546, 0.000001);
}

TEST(FailureRate, words) {
  EXPECT_EQ(failure_rate_words(0, 0),
            "nothing was tested, so nothing is known of the rate of failure");
  EXPECT_EQ(failure_rate_words(0, 1), "no failure in 1 run: rate below 95 % (95 %)");
  EXPECT_EQ(failure_rate_words(0, 1000), "no failure in 1000 runs: rate below 0.30 % (95 %)");
  EXPECT_EQ(failure_rate_words(3, 200),
            "3 failures in 200 runs: rate 1.5 %, between 0.31 % and 4.3 % (95 %)");
  EXPECT_EQ(failure_rate_words(1, 1),
            "1 failure in 1 run: rate 100 %, between 5.0 % and 100 % (95 %)");
}

}  // namespace
}  // namespace faultrig
