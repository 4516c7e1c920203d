#include "checkers/linearizability/fast/stack_peeling.hpp"

#include <algorithm>

#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/gap_coverage.hpp"

namespace faultrig {
namespace {

using Window = WaitingWindows::Window;

std::vector<std::uint32_t> coverage_of(std::span<const ValueLife> lives, std::uint32_t events) {
  std::vector<std::uint32_t> counts(std::size_t{events} + 2, 0);
  for (const ValueLife& life : lives) {
    if (!life.is_certainly_present_sometime()) continue;
    ++counts[life.insert_end + 1];
    --counts[life.remove_begin + 1];  // wraps round; the sums come out right
  }
  for (std::size_t gap = 1; gap < counts.size(); ++gap) counts[gap] += counts[gap - 1];
  counts.pop_back();
  return counts;
}

std::vector<Window> sorted(const std::vector<Window>& windows, std::uint32_t last_gap) {
  std::vector<std::uint32_t> keys;
  keys.reserve(windows.size());
  for (const Window& window : windows) keys.push_back(window.first);
  std::vector<Window> result;
  result.reserve(windows.size());
  for (std::uint32_t number : sorted_by(keys, last_gap)) result.push_back(windows[number]);
  return result;
}

std::vector<Window> push_windows(std::span<const ValueLife> lives, std::uint32_t events) {
  std::vector<Window> windows;
  for (std::uint32_t i = 0; i < lives.size(); ++i) {
    if (!lives[i].is_certainly_present_sometime()) continue;
    windows.push_back({lives[i].insert_begin + 1, lives[i].insert_end, i});
  }
  return sorted(windows, events);
}

std::vector<Window> pop_windows(std::span<const ValueLife> lives, std::uint32_t events) {
  std::vector<Window> windows;
  for (std::uint32_t i = 0; i < lives.size(); ++i) {
    if (!lives[i].is_certainly_present_sometime() || !lives[i].is_removed()) continue;
    windows.push_back({lives[i].remove_begin + 1, lives[i].remove_end, i});
  }
  return sorted(windows, events);
}

class Peeler {
 public:
  Peeler(std::span<const ValueLife> lives, std::uint32_t events)
      : lives_(lives),
        events_(events),
        coverage_(coverage_of(lives, events)),
        pushes_(push_windows(lives, events)),
        pops_(pop_windows(lives, events)),
        missing_(lives.size(), 0) {
    for (std::uint32_t i = 0; i < lives.size(); ++i) {
      if (!lives[i].is_certainly_present_sometime()) continue;
      missing_[i] = lives[i].is_removed() ? 2 : 1;  // after the end there is always a free gap
    }
  }

  StackPeeling run() {
    coverage_.start(uncovered_);
    while (true) {
      if (!peelable_.empty()) {
        peel(peelable_.back());
      } else if (!uncovered_.empty()) {
        announce(uncovered_.back());
      } else {
        break;
      }
    }
    for (std::uint32_t i = 0; i < lives_.size(); ++i) {
      if (missing_[i] > 0) result_.stuck.push_back(i);
    }
    return std::move(result_);
  }

 private:
  void announce(std::uint32_t gap) {
    uncovered_.pop_back();
    for (WaitingWindows* windows : {&pushes_, &pops_}) {
      while (true) {
        const std::uint32_t life = windows->take_one_with(gap);
        if (life == WaitingWindows::none) break;
        if (--missing_[life] == 0) peelable_.push_back(life);
      }
    }
  }

  // The uncovered gaps nearest to the certain presence, that is those around its component.
  void peel(std::uint32_t number) {
    peelable_.pop_back();
    const ValueLife& life = lives_[number];
    const GrowingSet& uncovered = coverage_.uncovered();
    result_.peeled.push_back(
        {number, uncovered.last_up_to(life.insert_end),
         life.is_removed() ? uncovered.first_from(life.remove_begin + 1) : events_});
    coverage_.uncover(life.insert_end + 1, life.remove_begin, uncovered_);
  }

  std::span<const ValueLife> lives_;
  std::uint32_t events_;
  GapCoverage coverage_;
  WaitingWindows pushes_;
  WaitingWindows pops_;
  std::vector<std::uint8_t> missing_;     // windows without an uncovered gap, by life
  std::vector<std::uint32_t> peelable_;   // lives
  std::vector<std::uint32_t> uncovered_;  // gaps not yet announced
  StackPeeling result_;
};

}  // namespace

StackPeeling peel_stack(std::span<const ValueLife> lives, std::uint32_t events) {
  return Peeler(lives, events).run();
}

}  // namespace faultrig
