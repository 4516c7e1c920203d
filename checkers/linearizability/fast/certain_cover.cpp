#include "checkers/linearizability/fast/certain_cover.hpp"

#include <algorithm>

#include "checkers/linearizability/fast/event_ranks.hpp"

namespace faultrig {

CertainCover::CertainCover(std::span<const ValueLife> lives, std::uint32_t events) : lives_(lives) {
  std::vector<std::uint32_t> numbers, keys;
  for (std::uint32_t i = 0; i < lives.size(); ++i) {
    if (!lives[i].is_certainly_present_sometime()) continue;
    numbers.push_back(i);
    keys.push_back(lives[i].insert_end + 1);
  }
  starts_.reserve(keys.size());
  longest_.reserve(keys.size());
  for (std::uint32_t at : sorted_by(keys, events + 1)) {
    const std::uint32_t life = numbers[at];
    const std::uint32_t end = lives[life].remove_begin;
    starts_.push_back(keys[at]);
    const bool lasts_longer = longest_.empty() || end > lives[longest_.back()].remove_begin;
    longest_.push_back(lasts_longer ? life : longest_.back());
    if (ranges_.empty() || keys[at] > ranges_.back().last + 1) {
      ranges_.push_back({keys[at], end});
    } else {
      ranges_.back().last = std::max(ranges_.back().last, end);
    }
  }
}

std::optional<std::uint32_t> CertainCover::first_uncovered(Range within) const {
  const auto after = std::partition_point(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    return range.last < within.first;
  });
  if (after == ranges_.end() || after->first > within.first) return within.first;
  // Ranges are maximal, so the gap after one is uncovered.
  if (after->last >= within.last) return std::nullopt;
  return after->last + 1;
}

std::vector<ValueLife> CertainCover::chain(Range range) const {
  std::vector<ValueLife> chain;
  for (std::uint32_t from = range.first; from <= range.last;) {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), from);
    if (after == starts_.begin()) return {};  // not covered after all
    const ValueLife& next = lives_[longest_[static_cast<std::size_t>(after - starts_.begin()) - 1]];
    if (next.remove_begin < from) return {};
    chain.push_back(next);
    from = next.remove_begin + 1;
  }
  return chain;
}

EmptyGaps place_empties(const ValueLives& lives, const CertainCover& cover) {
  EmptyGaps result;
  const EmptySighting* refuted = nullptr;  // the shortest, whose chain is likely to be short
  for (const EmptySighting& sighting : lives.empties) {
    const auto gap = cover.first_uncovered({sighting.begin + 1, sighting.end});
    result.gaps.push_back(gap.value_or(0));
    if (gap) continue;
    if (refuted == nullptr || sighting.end - sighting.begin < refuted->end - refuted->begin) {
      refuted = &sighting;
    }
  }
  if (refuted == nullptr) return result;
  auto positions = positions_of(cover.chain({refuted->begin + 1, refuted->end}));
  positions.push_back(refuted->position);
  result.contradiction = contradicted("saw it empty while it was not", std::move(positions));
  return result;
}

}  // namespace faultrig
