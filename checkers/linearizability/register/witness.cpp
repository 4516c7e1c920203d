#include "checkers/linearizability/register/witness.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

namespace faultrig {
namespace {

// The register holds `state` from the placement to the next one.
struct Reign {
  ModelState state;
  std::int64_t from;
  std::int64_t to;
  bool is_ended_by_write;  // and not by a cas, or by the end of what is known
};

bool fits(const RegisterOperation& operation, ModelState state) {
  switch (operation.kind) {
    case RegisterOperation::Kind::read:
      return state == operation.expected;
    case RegisterOperation::Kind::write:
      return state == operation.desired;
    case RegisterOperation::Kind::cas:
      return state == operation.expected && state == operation.desired;
    case RegisterOperation::Kind::mismatch:
      return state != operation.expected;
  }
  return false;
}

std::vector<Reign> reigns_of(std::span<const PlacedMutation> placements,
                             std::span<const RegisterOperation> operations, ModelState initial,
                             std::int64_t until) {
  std::vector<Reign> reigns = {{initial, std::numeric_limits<std::int64_t>::min(), until, false}};
  for (const PlacedMutation& placement : placements) {
    const RegisterOperation& operation = operations[placement.number];
    reigns.back().to = placement.at;
    reigns.back().is_ended_by_write = operation.kind == RegisterOperation::Kind::write;
    reigns.push_back({operation.desired, placement.at, until, false});
  }
  return reigns;
}

// In a reign: the looks first, in the order of their instants; then, right before the write that
// ends it, the writes it absorbs.
struct Seat {
  std::size_t reign;
  bool is_absorbed;
  std::int64_t instant;
  std::int64_t invoked_at;
  std::uint32_t number;
  friend bool operator<(const Seat& a, const Seat& b) {
    return std::tie(a.reign, a.is_absorbed, a.instant, a.invoked_at) <
           std::tie(b.reign, b.is_absorbed, b.instant, b.invoked_at);
  }
};

std::optional<Seat> seat_of(std::uint32_t number, const RegisterOperation& operation,
                            const std::vector<Reign>& reigns) {
  auto at = std::upper_bound(
      reigns.begin(), reigns.end(), operation.invoked_at,
      [](std::int64_t invoked, const Reign& reign) { return invoked <= reign.to; });
  for (; at != reigns.end() && at->from <= operation.completed_at; ++at) {
    const auto reign = static_cast<std::size_t>(at - reigns.begin());
    if (fits(operation, at->state)) {
      return Seat{reign, false, std::max(at->from, operation.invoked_at), operation.invoked_at,
                  number};
    }
    const bool is_absorbed = operation.kind == RegisterOperation::Kind::write &&
                             at->is_ended_by_write && at->to <= operation.completed_at;
    if (is_absorbed) return Seat{reign, true, 0, operation.invoked_at, number};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::uint32_t> order_around(std::span<const PlacedMutation> placements,
                                        std::span<const RegisterOperation> operations,
                                        ModelState initial, std::int64_t until) {
  const std::vector<Reign> reigns = reigns_of(placements, operations, initial, until);
  std::vector<bool> is_placed(operations.size(), false);
  for (const PlacedMutation& placement : placements) is_placed[placement.number] = true;
  std::vector<Seat> seats;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    if (is_placed[i] || !operations[i].is_certain() || operations[i].invoked_at >= until) continue;
    if (const auto seat = seat_of(i, operations[i], reigns)) seats.push_back(*seat);
  }
  std::sort(seats.begin(), seats.end());
  std::vector<std::uint32_t> order;
  order.reserve(seats.size() + placements.size());
  auto next = seats.begin();
  for (std::size_t reign = 0; reign < reigns.size(); ++reign) {
    for (; next != seats.end() && next->reign == reign; ++next) order.push_back(next->number);
    if (reign < placements.size()) order.push_back(placements[reign].number);
  }
  return order;
}

}  // namespace faultrig
