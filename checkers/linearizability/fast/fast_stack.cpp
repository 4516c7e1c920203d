#include "checkers/linearizability/fast/fast_stack.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/certain_cover.hpp"
#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/minimal_core.hpp"
#include "checkers/linearizability/fast/stack_peeling.hpp"
#include "checkers/linearizability/fast/value_lives.hpp"

namespace faultrig {
namespace {

// How many lives may be judged again to make a contradiction smaller; well under a second.
constexpr std::size_t shrinking_work = 200'000;

// Lives with events numbered anew, so that judging a few costs little.
ValueLives compact(std::span<const ValueLife> lives, std::uint32_t events) {
  std::vector<std::uint32_t> times;
  for (const ValueLife& life : lives) {
    for (std::uint32_t time :
         {life.insert_begin, life.insert_end, life.remove_begin, life.remove_end}) {
      if (time < events) times.push_back(time);
    }
  }
  std::sort(times.begin(), times.end());
  const auto renumber = [&](std::uint32_t& time) {  // `events` becomes their new number
    time = static_cast<std::uint32_t>(std::lower_bound(times.begin(), times.end(), time) -
                                      times.begin());
  };
  ValueLives result{{lives.begin(), lives.end()}, {}, static_cast<std::uint32_t>(times.size())};
  for (ValueLife& life : result.lives) {
    renumber(life.insert_begin);
    renumber(life.insert_end);
    renumber(life.remove_begin);
    renumber(life.remove_end);
  }
  return result;
}

FastVerdict refute(const ValueLives& lives, const std::vector<std::uint32_t>& stuck) {
  std::vector<ValueLife> all;
  for (std::uint32_t number : stuck) all.push_back(lives.lives[number]);
  const CertainCover cover(all, lives.events);
  std::vector<ValueLife> shortest;
  for (const CertainCover::Range& component : cover.ranges()) {
    std::vector<ValueLife> chain = cover.chain(component);
    if (shortest.empty() || chain.size() < shortest.size()) shortest = std::move(chain);
  }
  std::vector<std::uint32_t> numbers(shortest.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  const auto some = [&](std::span<const std::uint32_t> which) {
    std::vector<ValueLife> part;
    for (std::uint32_t number : which) part.push_back(shortest[number]);
    return part;
  };
  const auto fails = [&](std::span<const std::uint32_t> which) {
    const ValueLives part = compact(some(which), lives.events);
    return !peel_stack(part.lives, part.events).stuck.empty();
  };
  const auto core = minimal_core(std::move(numbers), shrinking_work, fails);
  return contradicted("left out of turn", positions_of(some(core)));
}

// In each gap: pops, inner values first; then what needs nothing from others; then pushes, outer
// values first. Peeled later means further inside, or apart.
std::vector<std::uint32_t> order_of(const ValueLives& lives, const StackPeeling& peeling,
                                    const std::vector<std::uint32_t>& empty_gaps) {
  std::vector<Placement> placements;
  for (auto each = peeling.peeled.rbegin(); each != peeling.peeled.rend(); ++each) {
    const ValueLife& life = lives.lives[each->life];
    if (life.is_removed()) placements.push_back({each->pop_gap, life.remove});
  }
  for (std::size_t i = 0; i < empty_gaps.size(); ++i) {
    placements.push_back({empty_gaps[i], lives.empties[i].position});
  }
  for (const ValueLife& life : lives.lives) {
    if (life.is_certainly_present_sometime()) continue;
    const std::uint32_t gap = std::max(life.insert_begin, life.remove_begin) + 1;
    placements.push_back({gap, life.insert});
    placements.push_back({gap, life.remove});
  }
  for (const StackPeeling::Peeled& each : peeling.peeled) {
    placements.push_back({each.push_gap, lives.lives[each.life].insert});
  }
  return order_by_gap(placements, lives.events);
}

FastVerdict decide(const ValueLives& lives) {
  const StackPeeling peeling = peel_stack(lives.lives, lives.events);
  if (!peeling.stuck.empty()) return refute(lives, peeling.stuck);
  // Afterwards, or the values that cover a sighting might contradict themselves without it.
  EmptyGaps empties = place_empties(lives, CertainCover(lives.lives, lives.events));
  if (empties.contradiction) return std::move(*empties.contradiction);
  return linearizable_as(order_of(lives, peeling, empties.gaps));
}

}  // namespace

FastVerdict decide_stack(std::span<const CollectionOperation> operations) {
  return decide_by_lives(operations, decide);
}

}  // namespace faultrig
