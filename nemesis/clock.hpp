// Clock faults: what one of them does to the clock of a node, and how several on one node combine.
//
// Idea: as with links, every active fault pushes the clock by so much, the clock shows the sum, and
// the sum is computed afresh whenever a fault starts or ends. A drift pushes further the longer it
// is in force, and a clock that stands still falls back further; all of it ends with the fault:
// then nothing but the others' pushes is left. A clock has one strobe: of several the last one
// counts, and it starts anew when another fault sets the clock.
//
// Ranges as Jepsen's nemesis.time has them: jumps of milliseconds to minutes, strobes of
// milliseconds to a second.
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
  std::chrono::nanoseconds period{};  // not 0: the jump is to and fro
  bool freezes = false;
  Time since{};  // from when drift and standstill count

  // The offset so far, and how it goes on from now.
  ClockSetting at(Time now) const;
  // How far it has moved the clock by now, at its widest.
  std::chrono::nanoseconds reach(Time now) const;
  // Whether what it does shows at once. A drift or a standstill shows only later.
  bool shows_at_once() const { return jump.count() != 0; }
};

ClockSetting operator+(const ClockSetting& a, const ClockSetting& b);

// Requires a kind of the clock family.
ClockPush clock_push(std::string_view kind, const Amounts& given, Time since);
// "clocks 512 ms ahead", "clocks 1000 ppm too slow" ...
std::string clock_words(std::string_view kind, const Amounts& given);
// "2.500 ms ahead", "0.010 ms behind", for evidence.
std::string offset_words(std::chrono::nanoseconds offset);

}  // namespace faultrig
