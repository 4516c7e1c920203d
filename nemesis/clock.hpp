// Clock faults: what one of them does to the clock of a node, and how several on one node combine.
//
// Idea: as with links, every active fault pushes the clock by so much, the clock shows the sum, and
// the sum is computed afresh whenever a fault starts, swings or ends. A drift pushes further the
// longer it is in force, and all of it ends with the fault: then nothing but the others' pushes is
// left.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "checkers/history/event.hpp"
#include "harness/cluster.hpp"
#include "nemesis/parameters.hpp"

namespace faultrig {

struct ClockPush {
  std::chrono::nanoseconds jump{};
  std::int64_t drift_ppm = 0;
  Time since{};       // from when the drift counts
  bool back = false;  // a strobe that has swung back: no jump for now

  // The offset so far and the drift from now on.
  ClockSetting at(Time now) const;
};

ClockSetting operator+(const ClockSetting& a, const ClockSetting& b);

// Requires a kind of the clock family.
ClockPush clock_push(std::string_view kind, const Amounts& given, Time since);
// "clocks 512 ms ahead", "clocks 1000 ppm too slow" ...
std::string clock_words(std::string_view kind, const Amounts& given);
// "2.500 ms ahead", "0.010 ms behind", for evidence.
std::string offset_words(std::chrono::nanoseconds offset);

}  // namespace faultrig
