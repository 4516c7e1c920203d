#include "checkers/causal/clock_tree.hpp"

#include <algorithm>
#include <array>

namespace faultrig {

// Node 0 knows nothing at any height: its cells are bounds of nothing, or itself.
ClockTree::ClockTree(std::uint32_t sessions) : cells_(width, 0) {
  while ((std::uint64_t{sessions} >> top_) > width) top_ += digit;
}

// Depth of recursion: the height of the tree, at most seven.
ClockTree::Clock ClockTree::join(Clock a, Clock b, unsigned shift) {
  if (a == b || b == nothing) return a;
  if (a == nothing) return b;
  std::array<std::uint32_t, width> both;
  bool is_a = true, is_b = true;
  for (std::uint32_t i = 0; i < width; ++i) {
    const std::uint32_t x = cell(a, i), y = cell(b, i);
    both[i] = shift > 0 ? join(x, y, shift - digit) : std::max(x, y);
    is_a = is_a && both[i] == x;
    is_b = is_b && both[i] == y;
  }
  // Of equals the older one, so that all come to share it.
  if (is_a && is_b) return std::min(a, b);
  if (is_a) return a;
  if (is_b) return b;
  cells_.insert(cells_.end(), both.begin(), both.end());
  return static_cast<Clock>(nodes() - 1);
}

ClockTree::Clock ClockTree::with(Clock clock, std::uint32_t session, std::uint32_t new_bound) {
  if (bound(clock, session) >= new_bound) return clock;
  // From the leaf up, each node is a copy of the old one with one cell changed.
  std::array<Clock, 8> path;
  std::size_t depth = 0;
  for (unsigned shift = top_; shift > 0; shift -= digit) {
    path[depth++] = clock;
    clock = cell(clock, (session >> shift) & (width - 1));
  }
  std::uint32_t changed = new_bound;
  for (unsigned shift = 0;; shift += digit) {
    const std::size_t from = std::size_t{clock} << digit;
    cells_.resize(cells_.size() + width);
    const auto copy = cells_.end() - width;
    std::copy_n(cells_.begin() + static_cast<std::ptrdiff_t>(from), width, copy);
    copy[(session >> shift) & (width - 1)] = changed;
    changed = static_cast<Clock>(nodes() - 1);
    if (depth == 0) return changed;
    clock = path[--depth];
  }
}

}  // namespace faultrig
