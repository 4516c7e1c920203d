// The states of a collection, spelled out: what went in and did not come out, oldest first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "tests/checkers/linearizability/fast/collection_support.hpp"

namespace faultrig::testing {

using State = std::vector<std::uint32_t>;

// The values a removal may take from this state.
inline State removable(Collection collection, const State& state) {
  if (state.empty()) return {};
  if (collection == Collection::fifo_queue) return {state.front()};
  if (collection == Collection::stack) return {state.back()};
  return state;
}

inline bool holds(const State& state, std::uint32_t value) {
  return std::find(state.begin(), state.end(), value) != state.end();
}

inline bool reads_as(Collection collection, const State& state,
                     std::span<const std::uint32_t> contents) {
  if (collection == Collection::list) {
    return std::equal(state.begin(), state.end(), contents.begin(), contents.end());
  }
  return std::set(state.begin(), state.end()) == std::set(contents.begin(), contents.end());
}

inline State without(State state, std::uint32_t value, Collection collection) {
  if (collection == Collection::stack) {
    state.pop_back();
  } else {
    const auto at = std::find(state.begin(), state.end(), value);
    if (at != state.end()) state.erase(at);
  }
  return state;
}

}  // namespace faultrig::testing
