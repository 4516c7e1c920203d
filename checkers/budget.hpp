// How much a check may cost. Past it the verdict is unknown, never a guess and never without end.
// Counted in steps and bytes, not in seconds, so that a verdict does not depend on the machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace faultrig {

struct CheckBudget {
  std::uint64_t steps = 200'000'000;         // model steps tried, over all keys
  std::size_t bytes = std::size_t{2} << 30;  // memory of the search's tables, over all threads
  unsigned threads = 2;                      // keys judged at a time; at least 1
};

}  // namespace faultrig
