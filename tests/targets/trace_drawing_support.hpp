// What nodes traced, drawn by hand, and what a trace observer must say of it.
//
//   n1 txn.vote tx=n1-1.1 participants=n1,n2     a line; lists have commas, "-" is the empty one
//   n1 lost                       a line that nobody can read
//   n1 start                      a new life; the first is there by itself
//   alone                         everything is healed, all run, nobody asks for more
//   rest                          they were left alone for long enough
//   ----
//   decide-alike                  the properties that break, in alphabetical order; or `holds`
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/node/trace_observer.hpp"

namespace faultrig {

struct TraceDrawing {
  std::vector<TraceEvent> lines;  // `event` is "alone" or "rest" where `node` is empty
  std::string expected;           // "decide-alike one-outcome", "holds"
};
// The comments of the file are lines with a `#`. Throws std::invalid_argument for what is no line.
TraceDrawing read_trace_drawing(const std::string& text);

using MakeTraceObserver = std::function<std::unique_ptr<TraceObserver>()>;
// As `expected` is written.
std::string judge_trace(const MakeTraceObserver& make, const std::vector<TraceEvent>& lines);

}  // namespace faultrig
