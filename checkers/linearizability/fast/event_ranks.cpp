#include "checkers/linearizability/fast/event_ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace faultrig {
namespace {

constexpr std::size_t most_operations = std::size_t{1} << 29;

struct RankedEvent {
  std::int64_t time;
  bool is_completion;  // invocations first at equal times: then neither precedes the other
  std::uint32_t position;
};

void check(const CollectionOperation& operation, std::size_t position) {
  if (operation.completed_at <= operation.invoked_at) {
    throw std::invalid_argument(fmt::format("operation {} completes at {}, not after {}", position,
                                            operation.completed_at, operation.invoked_at));
  }
  const bool needs_value =
      operation.action == CollectionAction::insert || operation.action == CollectionAction::remove;
  if (needs_value && operation.is_certain() && operation.value == CollectionOperation::no_value) {
    throw std::invalid_argument(fmt::format("operation {} completed without a value", position));
  }
}

}  // namespace

EventRanks rank_events(std::span<const CollectionOperation> operations) {
  if (operations.size() > most_operations) {
    throw std::invalid_argument(fmt::format("{} operations, but at most {} can be judged",
                                            operations.size(), most_operations));
  }
  std::vector<RankedEvent> events;
  events.reserve(2 * operations.size());
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    check(operations[i], i);
    events.push_back({operations[i].invoked_at, false, i});
    if (operations[i].is_certain()) events.push_back({operations[i].completed_at, true, i});
  }
  std::sort(events.begin(), events.end(), [](const RankedEvent& a, const RankedEvent& b) {
    return std::tie(a.time, a.is_completion, a.position) <
           std::tie(b.time, b.is_completion, b.position);
  });
  EventRanks ranks;
  ranks.events = static_cast<std::uint32_t>(events.size());
  ranks.invoked.assign(operations.size(), 0);
  ranks.completed.assign(operations.size(), ranks.events);
  for (std::uint32_t rank = 0; rank < events.size(); ++rank) {
    (events[rank].is_completion ? ranks.completed : ranks.invoked)[events[rank].position] = rank;
  }
  return ranks;
}

std::vector<std::uint32_t> sorted_by(std::span<const std::uint32_t> keys, std::uint32_t largest) {
  std::vector<std::uint32_t> begin(std::size_t{largest} + 2, 0);
  for (std::uint32_t key : keys) ++begin[key + 1];
  for (std::size_t key = 1; key < begin.size(); ++key) begin[key] += begin[key - 1];
  std::vector<std::uint32_t> sorted(keys.size());
  for (std::uint32_t number = 0; number < keys.size(); ++number) {
    sorted[begin[keys[number]]++] = number;
  }
  return sorted;
}

std::vector<std::uint32_t> order_by_gap(std::span<const Placement> placements,
                                        std::uint32_t last_gap) {
  std::vector<std::uint32_t> gaps;
  gaps.reserve(placements.size());
  for (const Placement& placement : placements) gaps.push_back(placement.gap);
  std::vector<std::uint32_t> order = sorted_by(gaps, last_gap);
  for (std::uint32_t& number : order) number = placements[number].position;
  return order;
}

}  // namespace faultrig
