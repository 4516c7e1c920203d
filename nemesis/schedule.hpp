// When faults strike: generators of nemesis operations, random or scripted.
//
// Idea: each family is its own endless stream start, (steps,) stop, start ... with random gaps and
// lengths; streams know nothing of each other, so families overlap. Times are drawn ahead from the
// family's own stream of chance and do not depend on what clients do: a seed repeats a schedule.
// The first operation, begin-faults, fixes the instant that times count from.
// Source: jepsen/nemesis/combined.clj (flip-flop a family, staggered 0 .. 2 * interval).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/generator.hpp"
#include "nemesis/fault.hpp"

namespace faultrig {

// A family of the random schedule: every time one of `choices` is drawn.
struct FaultStreamOptions {
  std::string family;
  std::vector<FaultOrder> choices;            // at least one; slots are set by the schedule
  std::chrono::milliseconds first{1'000};     // mean instant of the first strike, +-50 %
  std::chrono::milliseconds interval{1'500};  // mean gap, uniform in 0 .. twice that
  std::chrono::milliseconds duration{2'500};  // mean length, uniform in 0.4 .. 1.6 of that
  int nodes = 1;                              // a rolling restart takes as many steps
};

// An operation at an instant after begin-faults.
struct TimedOrder {
  Time at{};
  std::string f;
  Value value;
  friend bool operator==(const TimedOrder&, const TimedOrder&) = default;
};

// Endless. Requires at least one family.
GeneratorPtr random_schedule(const std::vector<FaultStreamOptions>& families, const Random& random);
// Ends after the last order. `orders` in any order; equal instants keep theirs.
GeneratorPtr scripted_schedule(std::vector<TimedOrder> orders);

// One occurrence of a fault from `at` for `length`: its start, its steps and its stop.
std::vector<TimedOrder> occurrence(const FaultOrder& order, const std::string& family, Time at,
                                   Duration length, int nodes);

}  // namespace faultrig
