// The smallest part of a failing history that still fails: delta debugging (Zeller and Hildebrandt
// 2002, "Simplifying and isolating failure-inducing input", ddmin by complements) where every
// candidate is closed under observation (observation.hpp) and judged again by the search, so that
// a core is always a contradiction of the whole history.
//
// Where mutations accumulate, whole elements of a collection are left out, and else only operations
// that change nothing.
// Cost: O(n log n) searches of shrinking histories when few operations matter, O(n^2) at worst.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/linearizability/decision.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/linearizability/observation.hpp"

namespace faultrig {

struct Core {
  std::vector<std::uint32_t> intervals;  // numbers, ascending
  bool is_minimal = true;                // false when the budget ended first
  std::uint64_t steps = 0;
};

template <Model M>
class CoreShrinker {
 public:
  CoreShrinker(M& model, std::span<const IntervalOf<M>> intervals, SearchLimits limits)
      : model_(model),
        intervals_(intervals),
        limits_(limits),
        sightings_(sightings_of(model, intervals)),
        graph_(sightings_, model.initial()) {}

  // Completion of the last operation of a contradiction that shows without a search of everything;
  // nothing when there is none, or none can be proved within the limits.
  std::optional<std::int64_t> obviously_stuck_at() {
    if (!model_.remembers_only_last_write()) return std::nullopt;
    obvious_ = graph_.obvious_contradiction();
    if (obvious_.empty() || !fails(obvious_)) {
      obvious_.clear();
      return std::nullopt;
    }
    std::int64_t last = 0;
    for (std::uint32_t number : obvious_) {
      if (intervals_[number].is_certain()) last = std::max(last, intervals_[number].completed_at);
    }
    return last;
  }

  // `stuck_at` is what the search of all intervals found: everything invoked later is no part of
  // the contradiction, and neither is what only saw a later write. `known`, when not empty, are
  // intervals that the procedure holds to be a contradiction. Should a part turn out not to
  // contradict itself, a larger one is where shrinking begins, in the end the whole history.
  Core shrink(std::int64_t stuck_at, std::span<const std::uint32_t> known) {
    std::vector<std::uint32_t> numbers, later;
    for (std::uint32_t i = 0; i < intervals_.size(); ++i) {
      numbers.push_back(i);
      if (intervals_[i].invoked_at >= stuck_at) later.push_back(i);
    }
    if (!known.empty() && fails(known)) {
      numbers.assign(known.begin(), known.end());
    } else if (obviously_stuck_at()) {
      numbers = obvious_;
    } else if (std::vector<std::uint32_t> earlier = without(numbers, later);
               !earlier.empty() && fails(earlier)) {
      numbers = std::move(earlier);
    }
    while (shrink_once(numbers)) {
    }
    return {std::move(numbers), is_minimal_, steps_};
  }

 private:
  static std::vector<Sighting> sightings_of(const M& model,
                                            std::span<const IntervalOf<M>> intervals) {
    std::vector<Sighting> sightings;
    for (const IntervalOf<M>& interval : intervals) {
      const bool changes = !model.is_pure(interval.command);
      sightings.push_back({interval.invoked_at, interval.completed_at,
                           model.observed(interval.command),
                           excluded_by(model, interval.command).has_value(),
                           changes ? model.written(interval.command) : std::nullopt});
    }
    return sightings;
  }

  // One pass of ddmin from coarse to single operations; true when it left out anything.
  bool shrink_once(std::vector<std::uint32_t>& numbers) {
    const std::size_t before = numbers.size();
    for (std::size_t chunk = (numbers.size() + 1) / 2; chunk > 0; chunk /= 2) {
      for (std::size_t at = 0; at < numbers.size();) {
        const std::size_t length = std::min(chunk, numbers.size() - at);
        std::vector<std::uint32_t> rest = without(numbers, std::span(numbers).subspan(at, length));
        if (rest.size() < numbers.size() && !rest.empty() && fails(rest)) {
          numbers = std::move(rest);
        } else {
          at += length;
        }
      }
    }
    return numbers.size() < before && is_minimal_;
  }

  std::vector<std::uint32_t> without(const std::vector<std::uint32_t>& numbers,
                                     std::span<const std::uint32_t> dropped) {
    std::vector<bool> kept(intervals_.size(), false);
    for (std::uint32_t number : numbers) kept[number] = true;
    if (model_.remembers_only_last_write()) {
      graph_.drop(dropped, kept);
    } else {
      drop_elements(dropped, kept);
    }
    std::vector<std::uint32_t> rest;
    for (std::uint32_t number : numbers) {
      if (kept[number]) rest.push_back(number);
    }
    return rest;
  }

  // Where mutations accumulate: what changes nothing, and elements with all that is about them.
  void drop_elements(std::span<const std::uint32_t> dropped, std::vector<bool>& kept) {
    std::vector<std::uint32_t> elements;
    for (std::uint32_t number : dropped) {
      const auto& command = intervals_[number].command;
      if (model_.is_pure(command)) {
        kept[number] = false;
      } else if (const auto element = model_.element(command)) {
        elements.push_back(*element);
      }
    }
    if (elements.empty()) return;
    std::sort(elements.begin(), elements.end());
    for (std::uint32_t i = 0; i < intervals_.size(); ++i) {
      const auto element = kept[i] ? model_.element(intervals_[i].command) : std::nullopt;
      if (element && std::binary_search(elements.begin(), elements.end(), *element)) {
        kept[i] = false;
      }
    }
  }

  bool fails(std::span<const std::uint32_t> numbers) {
    if (steps_ >= limits_.steps) {
      is_minimal_ = false;
      return false;
    }
    std::vector<IntervalOf<M>> part;
    for (std::uint32_t number : numbers) part.push_back(intervals_[number]);
    const SearchResult result =
        decide<M>(model_, part, {limits_.steps - steps_, limits_.bytes}).result;
    steps_ += result.steps;
    switch (result.end) {
      case SearchEnd::impossible:
        return true;
      case SearchEnd::linearizable:
        return false;
      case SearchEnd::steps_spent:
      case SearchEnd::memory_spent:
        break;
    }
    is_minimal_ = false;
    return false;
  }

  M& model_;
  std::span<const IntervalOf<M>> intervals_;
  SearchLimits limits_;
  std::vector<Sighting> sightings_;
  ObservationGraph graph_;
  std::vector<std::uint32_t> obvious_;
  std::uint64_t steps_ = 0;
  bool is_minimal_ = true;
};

}  // namespace faultrig
