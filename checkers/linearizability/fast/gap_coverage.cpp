#include "checkers/linearizability/fast/gap_coverage.hpp"

#include <algorithm>
#include <utility>

namespace faultrig {
namespace {

constexpr std::int32_t gone = std::int32_t{1} << 30;  // more than any count

}  // namespace

GrowingSet::GrowingSet(std::size_t bound) {
  do {
    bound = (bound + 63) / 64;
    levels_.emplace_back(bound, 0);
  } while (bound > 1);
}

void GrowingSet::insert(std::uint32_t number) {
  for (std::vector<std::uint64_t>& level : levels_) {
    level[number / 64] |= std::uint64_t{1} << (number % 64);
    number /= 64;
  }
}

std::uint32_t GrowingSet::last_up_to(std::uint32_t number) const {
  std::size_t height = 0;
  std::uint64_t at = number;  // in the level: bits up to this one
  while (height < levels_.size()) {
    const std::uint64_t word = levels_[height][at / 64] & (~std::uint64_t{0} >> (63 - at % 64));
    if (word != 0) {
      at = at / 64 * 64 + 63 - static_cast<std::uint64_t>(std::countl_zero(word));
      break;
    }
    if (at / 64 == 0) return none;
    at = at / 64 - 1;
    ++height;
  }
  if (height == levels_.size()) return none;
  while (height-- > 0) {
    at = at * 64 + 63 - static_cast<std::uint64_t>(std::countl_zero(levels_[height][at]));
  }
  return static_cast<std::uint32_t>(at);
}

std::uint32_t GrowingSet::first_from(std::uint32_t number) const {
  std::size_t height = 0;
  std::uint64_t at = number;
  while (height < levels_.size()) {
    if (at / 64 >= levels_[height].size()) return none;
    const std::uint64_t word = levels_[height][at / 64] & (~std::uint64_t{0} << (at % 64));
    if (word != 0) {
      at = at / 64 * 64 + static_cast<std::uint64_t>(std::countr_zero(word));
      break;
    }
    at = at / 64 + 1;
    ++height;
  }
  if (height == levels_.size()) return none;
  while (height-- > 0) {
    at = at * 64 + static_cast<std::uint64_t>(std::countr_zero(levels_[height][at]));
  }
  return static_cast<std::uint32_t>(at);
}

GapCoverage::GapCoverage(const std::vector<std::uint32_t>& counts)
    : leaves_(std::bit_ceil(std::max<std::size_t>(counts.size(), 1))),
      minimum_(2 * leaves_, gone),
      added_(2 * leaves_, 0),
      uncovered_(counts.size()) {
  for (std::size_t gap = 0; gap < counts.size(); ++gap) {
    minimum_[leaves_ + gap] = static_cast<std::int32_t>(counts[gap]);
  }
  for (std::size_t node = leaves_; node-- > 1;) pull(node);
}

void GapCoverage::pull(std::size_t node) {
  minimum_[node] = std::min(minimum_[2 * node], minimum_[2 * node + 1]) + added_[node];
}

void GapCoverage::start(std::vector<std::uint32_t>& uncovered) { collect(uncovered); }

void GapCoverage::uncover(std::uint32_t first, std::uint32_t last,
                          std::vector<std::uint32_t>& uncovered) {
  const auto take = [&](std::size_t node) {
    --minimum_[node];
    --added_[node];
  };
  std::size_t left = leaves_ + first, right = leaves_ + last + 1;
  for (; left < right; left /= 2, right /= 2) {
    if (left % 2 == 1) take(left++);
    if (right % 2 == 1) take(--right);
  }
  for (std::size_t node = (leaves_ + first) / 2; node > 0; node /= 2) pull(node);
  for (std::size_t node = (leaves_ + last) / 2; node > 0; node /= 2) pull(node);
  collect(uncovered);
}

// Every gap at zero leaves the tree for the set.
void GapCoverage::collect(std::vector<std::uint32_t>& uncovered) {
  while (minimum_[1] == 0) {
    std::size_t node = 1;
    for (std::int32_t wanted = 0; node < leaves_;) {
      wanted -= added_[node];
      node = minimum_[2 * node] == wanted ? 2 * node : 2 * node + 1;
    }
    const auto gap = static_cast<std::uint32_t>(node - leaves_);
    minimum_[node] = gone;
    for (node /= 2; node > 0; node /= 2) pull(node);
    uncovered_.insert(gap);
    uncovered.push_back(gap);
  }
}

WaitingWindows::WaitingWindows(std::vector<Window> windows)
    : windows_(std::move(windows)),
      leaves_(std::bit_ceil(std::max<std::size_t>(windows_.size(), 1))),
      latest_(2 * leaves_, 0) {
  for (std::size_t i = 0; i < windows_.size(); ++i) latest_[leaves_ + i] = windows_[i].last + 1;
  for (std::size_t node = leaves_; node-- > 1;) {
    latest_[node] = std::max(latest_[2 * node], latest_[2 * node + 1]);
  }
}

std::uint32_t WaitingWindows::take_one_with(std::uint32_t gap) {
  if (latest_[1] <= gap) return none;
  // The first window that does not end before the gap: if it begins too late, so do the others.
  std::size_t node = 1;
  while (node < leaves_) node = latest_[2 * node] > gap ? 2 * node : 2 * node + 1;
  const Window& window = windows_[node - leaves_];
  if (window.first > gap) return none;
  latest_[node] = 0;
  for (node /= 2; node > 0; node /= 2) {
    latest_[node] = std::max(latest_[2 * node], latest_[2 * node + 1]);
  }
  return window.owner;
}

}  // namespace faultrig
