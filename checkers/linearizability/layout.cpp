#include "checkers/linearizability/layout.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <queue>

namespace faultrig {

SlotLayout::SlotLayout(std::span<const Span> certain)
    : by_completion(certain.size()), slot(certain.size()), next_in_slot(certain.size(), none) {
  std::vector<std::uint32_t> by_invocation(certain.size());
  std::iota(by_invocation.begin(), by_invocation.end(), 0U);
  std::iota(by_completion.begin(), by_completion.end(), 0U);
  std::sort(by_invocation.begin(), by_invocation.end(), [&](std::uint32_t a, std::uint32_t b) {
    return certain[a].invoked_at < certain[b].invoked_at;
  });
  std::sort(by_completion.begin(), by_completion.end(), [&](std::uint32_t a, std::uint32_t b) {
    return certain[a].completed_at < certain[b].completed_at;
  });
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free;
  std::vector<std::uint32_t> last_in_slot;
  std::size_t completed = 0;
  for (std::uint32_t operation : by_invocation) {
    while (certain[by_completion[completed]].completed_at < certain[operation].invoked_at) {
      free.push(slot[by_completion[completed++]]);
    }
    if (free.empty()) {
      slot[operation] = static_cast<std::uint32_t>(first_in_slot.size());
      first_in_slot.push_back(operation);
      last_in_slot.push_back(operation);
      continue;
    }
    const std::uint32_t taken = free.top();
    free.pop();
    slot[operation] = taken;
    next_in_slot[last_in_slot[taken]] = operation;
    last_in_slot[taken] = operation;
  }
}

PackedCounters::PackedCounters(std::span<const std::size_t> largest) {
  std::uint32_t used = 64;
  for (std::size_t value : largest) {
    const auto width = static_cast<std::uint32_t>(std::bit_width(value));
    if (used + width > 64) {
      ++words;
      used = 0;
    }
    fields.push_back(
        {static_cast<std::uint32_t>(words - 1), used, (std::uint64_t{1} << width) - 1});
    used += width;
  }
}

}  // namespace faultrig
