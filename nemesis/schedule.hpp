// When faults strike: generators of nemesis operations, random or scripted.
//
// Idea: each stream is its own endless start, (steps,) stop, start ... with random gaps and
// lengths; streams know nothing of each other, so faults overlap. Times are drawn ahead, in whole
// milliseconds, from the stream's own chance and do not depend on what clients do: a seed repeats a
// schedule, and a script can say it exactly. The first operation, begin-faults, fixes the instant
// that times count from.
// Cost: an offer that is thrown away costs no more than its operation.
// Source: jepsen/nemesis/combined.clj (flip-flop a family, staggered 0 .. 2 * interval).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/generator.hpp"
#include "nemesis/fault.hpp"

namespace faultrig {

// The faults of a run come and go together: `busy`, then `calm` for as long as that, and again.
// Nothing is in force in the calm, so that the system can recover.
struct Tides {
  std::chrono::milliseconds busy{};
  std::chrono::milliseconds calm{};  // zero: none
  friend bool operator==(const Tides&, const Tides&) = default;
};

// One stream of the random schedule: every time one of `choices` is drawn.
struct FaultStreamOptions {
  std::string family;
  std::vector<FaultOrder> choices;            // at least one; slots are set by the schedule
  std::chrono::milliseconds first{1'000};     // mean instant of the first strike, +-50 %
  std::chrono::milliseconds interval{1'500};  // mean gap, uniform in 0 .. twice that
  std::chrono::milliseconds duration{2'500};  // mean length, uniform in 0.4 .. 1.6 of that
  int nodes = 1;                              // a rolling restart takes as many steps
  std::string slot = {};                      // its own among the streams; empty: the family
  Tides tides = {};
  friend bool operator==(const FaultStreamOptions&, const FaultStreamOptions&) = default;
};

// An operation at an instant after begin-faults.
struct TimedOrder {
  Time at{};
  std::string f;
  Value value;
  friend bool operator==(const TimedOrder&, const TimedOrder&) = default;
};
using TimedOrders = std::vector<TimedOrder>;  // ascending

// Of several occurrences at one instant, what ends comes before what goes on and before what
// starts, and of two of a sort the one that started first; so a script of what a random schedule
// did does it in the same order.

// Endless. Requires at least one stream.
GeneratorPtr random_schedule(const std::vector<FaultStreamOptions>& streams, const Random& random);
// Ends after the last order.
GeneratorPtr scripted_schedule(const std::vector<TimedOrders>& occurrences);

// One occurrence of a fault from `at` for `length`: its start, its steps and its stop.
TimedOrders occurrence(const FaultOrder& order, const std::string& family,
                       std::chrono::milliseconds at, std::chrono::milliseconds length, int nodes);

}  // namespace faultrig
