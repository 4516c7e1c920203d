#include "checkers/linearizability/fast/minimal_core.hpp"

#include <utility>

namespace faultrig {

std::vector<std::uint32_t> minimal_core(
    std::vector<std::uint32_t> elements, std::size_t work,
    const std::function<bool(std::span<const std::uint32_t>)>& fails) {
  std::vector<std::uint32_t> needed;
  const auto with_prefix = [&](std::size_t length) {
    std::vector<std::uint32_t> part = needed;
    part.insert(part.end(), elements.begin(),
                elements.begin() + static_cast<std::ptrdiff_t>(length));
    return part;
  };
  // Invariant: needed and elements together fail.
  while (true) {
    // Among lengths in [low, high] is the shortest failing prefix; the one of length high fails.
    std::size_t low = 0, high = elements.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const std::vector<std::uint32_t> part = with_prefix(middle);
      if (part.size() + 1 > work) return with_prefix(high);
      work -= part.size() + 1;
      if (fails(part)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (high == 0) return needed;
    needed.push_back(elements[high - 1]);
    elements.resize(high - 1);
  }
}

}  // namespace faultrig
