#include "checkers/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace faultrig {
namespace {

TEST(ParallelFor, runs_each_once_whatever_the_threads) {
  for (unsigned threads : {0U, 1U, 3U, 50U}) {
    std::vector<int> runs(20, 0);
    parallel_for(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
    EXPECT_EQ(runs, std::vector<int>(20, 1)) << threads;
  }
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, throws_the_first_by_number_after_all_have_run) {
  for (unsigned threads : {1U, 4U}) {
    std::atomic<int> ran = 0;
    try {
      parallel_for(16, threads, [&](std::size_t i) {
        ++ran;
        if (i % 5 == 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "3");
    }
    EXPECT_EQ(ran, 16);
  }
}

}  // namespace
}  // namespace faultrig
