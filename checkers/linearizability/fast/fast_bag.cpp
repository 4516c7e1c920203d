#include "checkers/linearizability/fast/fast_bag.hpp"

#include <algorithm>
#include <vector>

#include "checkers/linearizability/fast/certain_cover.hpp"
#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/value_lives.hpp"

namespace faultrig {
namespace {

// Within a gap: first what was there goes, then emptiness is seen, then values come (and those go
// that have come in this gap). The four rounds below are these steps.
std::vector<std::uint32_t> order_of(const ValueLives& lives,
                                    const std::vector<std::uint32_t>& empty_gaps) {
  // The last sighting up to each gap: the value inserted there comes after it.
  std::vector<std::uint32_t> last_empty(std::size_t{lives.events} + 1, 0);
  for (std::uint32_t gap : empty_gaps) last_empty[gap] = gap;
  for (std::size_t gap = 1; gap < last_empty.size(); ++gap) {
    last_empty[gap] = std::max(last_empty[gap], last_empty[gap - 1]);
  }
  const auto insert_gap = [&](const ValueLife& life) {
    // A removed value was inserted before its removal ended, whenever the insert was said to end.
    return std::max(life.insert_begin + 1, last_empty[std::min(life.insert_end, life.remove_end)]);
  };
  const auto remove_gap = [&](const ValueLife& life) {
    return std::max(life.remove_begin + 1, insert_gap(life));
  };
  std::vector<Placement> placements;
  for (const ValueLife& life : lives.lives) {
    if (!life.is_removed() || remove_gap(life) == insert_gap(life)) continue;
    placements.push_back({remove_gap(life), life.remove});
  }
  for (std::size_t i = 0; i < empty_gaps.size(); ++i) {
    placements.push_back({empty_gaps[i], lives.empties[i].position});
  }
  for (const ValueLife& life : lives.lives) placements.push_back({insert_gap(life), life.insert});
  for (const ValueLife& life : lives.lives) {
    if (!life.is_removed() || remove_gap(life) != insert_gap(life)) continue;
    placements.push_back({remove_gap(life), life.remove});
  }
  return order_by_gap(placements, lives.events);
}

FastVerdict decide(const ValueLives& lives) {
  const CertainCover cover(lives.lives, lives.events);
  EmptyGaps empties = place_empties(lives, cover);
  if (empties.contradiction) return std::move(*empties.contradiction);
  return linearizable_as(order_of(lives, empties.gaps));
}

}  // namespace

FastVerdict decide_bag(std::span<const CollectionOperation> operations) {
  return decide_by_lives(operations, decide);
}

}  // namespace faultrig
