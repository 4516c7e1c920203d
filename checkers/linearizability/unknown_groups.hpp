// Which operations of unknown outcome the search has to think about, and which are the same to it.
//
// Unknown operations of one command differ only in when they were invoked, so that an order may
// use them in order of invocation: the search counts how many of a group it used (search.hpp).
// Where the model remembers only the last write, an unknown write that nobody could notice is
// dropped: an order with it is an order without it.
//
// Cost: the number of unknown operations times that of distinct commands among them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "checkers/linearizability/interval.hpp"
#include "checkers/models/model.hpp"

namespace faultrig {

// Unknown operations of one command, in order of invocation.
template <Model M>
struct UnknownGroup {
  typename M::Command command;
  std::vector<std::uint32_t> intervals;  // their numbers
};

template <Model M>
std::vector<UnknownGroup<M>> group_unknown(std::span<const IntervalOf<M>> intervals) {
  using Group = UnknownGroup<M>;
  std::vector<Group> groups;
  std::vector<std::uint32_t> unknown;
  for (std::uint32_t i = 0; i < intervals.size(); ++i) {
    if (!intervals[i].is_certain()) unknown.push_back(i);
  }
  std::stable_sort(unknown.begin(), unknown.end(), [&](std::uint32_t a, std::uint32_t b) {
    return intervals[a].invoked_at < intervals[b].invoked_at;
  });
  for (std::uint32_t number : unknown) {
    auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.command == intervals[number].command;
    });
    if (same == groups.end()) same = groups.insert(same, Group{intervals[number].command, {}});
    same->intervals.push_back(number);
  }
  return groups;
}

template <Model M>
std::vector<UnknownGroup<M>> noticeable_groups(const M& model,
                                               std::span<const IntervalOf<M>> intervals) {
  std::vector<UnknownGroup<M>> groups = group_unknown<M>(intervals);
  if (!model.remembers_only_last_write()) return groups;
  // Dropping an unknown cas may leave what it would have noticed unnoticed: until nothing changes.
  for (std::size_t before = groups.size() + 1; before != groups.size();) {
    before = groups.size();
    std::vector<ModelState> noticed;
    for (const IntervalOf<M>& interval : intervals) {
      if (!interval.is_certain()) continue;
      if (auto state = model.observed(interval.command)) noticed.push_back(*state);
    }
    for (const UnknownGroup<M>& group : groups) {
      if (auto state = model.observed(group.command)) noticed.push_back(*state);
    }
    std::sort(noticed.begin(), noticed.end());
    std::erase_if(groups, [&](const UnknownGroup<M>& group) {
      const auto written = model.written(group.command);
      return written && !std::binary_search(noticed.begin(), noticed.end(), *written);
    });
  }
  return groups;
}

}  // namespace faultrig
