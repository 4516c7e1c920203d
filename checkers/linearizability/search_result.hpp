// What a search may spend, and how it ends: the part that does not depend on the model.
//
// A search that spent its budget has proved nothing (`steps_spent`, `memory_spent`); only
// `impossible` accuses. search.hpp is where the searching is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checkers/history/operation.hpp"

namespace faultrig {

struct SearchLimits {
  std::uint64_t steps;
  std::size_t bytes;
};

enum class SearchEnd { linearizable, impossible, steps_spent, memory_spent };

struct SearchResult {
  SearchEnd end = SearchEnd::impossible;
  std::uint64_t steps = 0;           // model steps tried
  std::size_t configurations = 0;    // entered
  std::size_t bytes = 0;             // at the peak
  std::vector<std::uint32_t> order;  // the longest linearization found: numbers of intervals
  // Completion of the earliest operation that no order gets past; never when there is an order.
  std::int64_t stuck_at = Operation::never;
};

}  // namespace faultrig
