// What a search works on: commands of a model with the interval in which each took effect.
//
// Left out before any search, because they cannot change a verdict: operations that failed (they
// never took effect), and unknown operations that change nothing (a read without an answer).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/models/model.hpp"

namespace faultrig {

template <typename Command>
struct Interval {
  Command command;
  const Operation* operation;
  std::int64_t invoked_at;
  std::int64_t completed_at;  // Operation::never when unknown
  bool is_certain() const { return completed_at != Operation::never; }
};

template <Model M>
using IntervalOf = Interval<typename M::Command>;

// Throws ModelMismatch.
template <Model M>
std::vector<IntervalOf<M>> intervals_of(M& model, std::span<const Operation* const> operations) {
  std::vector<IntervalOf<M>> intervals;
  intervals.reserve(operations.size());
  for (const Operation* operation : operations) {
    if (operation->outcome == Outcome::fail) continue;
    auto command = model.compile(*operation);
    const bool certain = operation->outcome == Outcome::ok;
    if (!certain && model.is_pure(command)) continue;
    intervals.push_back({command, operation, operation->invoked_at,
                         certain ? operation->completed_at : Operation::never});
  }
  return intervals;
}

}  // namespace faultrig
