// What a person sees while a run goes on: one line rewritten on a terminal, else plain lines at
// every change of phase and every ten seconds of the run.
#pragma once

#include <string>

#include "harness/run.hpp"

namespace faultrig {

class ProgressDisplay {
 public:
  enum class Style { none, lines, live };
  explicit ProgressDisplay(Style style) : style_(style) {}
  void show(const RunProgress& progress);
  // Removes the live line, so that what follows starts on a clean one.
  void finish();

 private:
  Style style_;
  std::string phase_;
  Time next_line_{};
  bool live_line_ = false;
};

// "main  12.3 s of 30.0 s  ok 6120  fail 31  info 4  [partition-leader]"
std::string progress_line(const RunProgress& progress);

}  // namespace faultrig
