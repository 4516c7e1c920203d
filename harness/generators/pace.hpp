// When things happen: gaps, pauses and timetables. All gaps are those of the whole generator, not
// of each worker.
#pragma once

#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// Gaps between operations uniform in [0, 2 * mean]; a late operation shifts all that follow.
GeneratorPtr stagger(Duration mean, GeneratorPtr inner);
// Operations `gap` apart; one that is late does not shift the others, they catch up.
GeneratorPtr delay(Duration gap, GeneratorPtr inner);
// A pause: pending until `length` after it was first asked, then ended; no operation.
GeneratorPtr sleep(Duration length);

struct TimeSlot {
  Duration length;  // above 0
  GeneratorPtr generator;
};
// Runs the generators by a timetable that begins when it is first asked and starts over after the
// last slot; each keeps its state from one turn to the next. Ends when the generator in turn has
// ended. Every generator sees every event.
GeneratorPtr cycle_times(std::vector<TimeSlot> slots);

}  // namespace faultrig
