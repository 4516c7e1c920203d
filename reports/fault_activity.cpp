#include "reports/fault_activity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faultrig {
namespace {

using Window = std::pair<Time, Time>;  // both ends belong to it

Window window_of(const FaultRecord& fault) {
  return {fault.started, fault.ended.value_or(Time::max())};
}

// Those that overlap as one, so that nothing is counted twice.
std::vector<Window> united(std::span<const FaultRecord> faults) {
  std::vector<Window> windows;
  for (const FaultRecord& fault : faults) windows.push_back(window_of(fault));
  std::sort(windows.begin(), windows.end());
  std::vector<Window> united;
  for (const Window& window : windows) {
    if (!united.empty() && window.first <= united.back().second) {
      united.back().second = std::max(united.back().second, window.second);
    } else {
      united.push_back(window);
    }
  }
  return united;
}

std::uint64_t completed_in(const std::vector<Time>& sorted, const Window& window) {
  const auto from = std::lower_bound(sorted.begin(), sorted.end(), window.first);
  const auto to = std::upper_bound(from, sorted.end(), window.second);
  return static_cast<std::uint64_t>(to - from);
}

}  // namespace

FaultActivity fault_activity(std::span<const Operation> operations,
                             std::span<const FaultRecord> faults) {
  std::map<std::string, std::vector<Time>> successes;
  for (const Operation& operation : operations) {
    if (operation.outcome != Outcome::ok || !operation.complete_time) continue;
    successes[operation.f].push_back(*operation.complete_time);
  }
  FaultActivity activity;
  activity.during.resize(faults.size());
  const std::vector<Window> windows = united(faults);
  for (auto& [kind, times] : successes) {
    std::sort(times.begin(), times.end());
    for (std::size_t i = 0; i < faults.size(); ++i) {
      const std::uint64_t count = completed_in(times, window_of(faults[i]));
      if (count > 0) activity.during[i][kind] = count;
    }
    for (const Window& window : windows) {
      const std::uint64_t count = completed_in(times, window);
      if (count > 0) activity.under_any[kind] += count;
    }
  }
  return activity;
}

std::string counts_words(const CountByKind& counts) {
  std::string words;
  for (const auto& [kind, count] : counts) {
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, kind);
  }
  return words.empty() ? "nothing" : words;
}

}  // namespace faultrig
