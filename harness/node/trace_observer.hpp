// Who judges a target by what its nodes trace, and by nothing else: the only way to look into nodes
// that run as programs.
//
// Lines of one node come in the order in which they were written; how the lines of two nodes lie to
// each other says nothing. Lines may be missing (TraceContinuity). A missing line may hide a
// violation and must never make one: "it has not voted" is for a node whose trace is whole.
#pragma once

#include <string>
#include <vector>

#include "harness/node/trace_event.hpp"
#include "harness/node/violation.hpp"

namespace faultrig {

class TraceObserver {
 public:
  virtual ~TraceObserver() = default;
  virtual void on_event(const TraceEvent& event) = 0;
  // From now on everything is healed, all nodes run, and no client asks for anything.
  virtual void left_alone() {}
  // What should end by itself and has not, of what was there when they were left alone; empty when
  // there is nothing to wait for.
  virtual std::string unfinished() const { return ""; }
  // They were left alone for long enough: what is still unfinished will not end.
  virtual void at_rest() {}
  // Every line that was ever written has been told: only now does it count what is not there.
  virtual void finish() {}
  // The first violation of each property, in the order of discovery.
  virtual const std::vector<Violation>& violations() const = 0;
};

}  // namespace faultrig
