// Is this an order that the model allows and that keeps real time? Deliberately simple, and
// ignorant of how the order was found: it is what one has to believe to believe a "valid".
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checkers/linearizability/interval.hpp"

namespace faultrig {

// Empty when it is; else what is wrong. `order`: numbers of intervals.
template <Model M>
std::string what_is_wrong_with(std::span<const std::uint32_t> order,
                               std::span<const IntervalOf<M>> intervals, M& model) {
  std::vector<bool> placed(intervals.size(), false);
  ModelState state = model.initial();
  std::int64_t latest_invocation = -1;
  for (const std::uint32_t number : order) {
    const IntervalOf<M>& interval = intervals[number];
    if (placed[number]) return "an operation stands there twice";
    placed[number] = true;
    if (interval.completed_at < latest_invocation) return "it does not keep real time";
    latest_invocation = std::max(latest_invocation, interval.invoked_at);
    const auto after = model.step(state, interval.command);
    if (!after) return model.refusal(state, interval.command);
    state = *after;
  }
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (intervals[i].is_certain() && !placed[i]) return "an operation that happened is missing";
  }
  return "";
}

}  // namespace faultrig
