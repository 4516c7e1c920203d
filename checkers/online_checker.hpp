// A checker that is told of a history while it grows, so that a run can end at its first certain
// violation instead of going on for nothing.
//
// It may only accuse: silence proves nothing, and the verdict of a run is always that of the
// checkers, which judge the whole history afterwards. Pure, as they are.
#pragma once

#include <string>

#include "checkers/history/event.hpp"

namespace faultrig {

class OnlineChecker {
 public:
  virtual ~OnlineChecker() = default;
  // Events of one history, all of them, in order of their index; the contract of
  // checkers/history/history.hpp is taken for granted.
  virtual void feed(const Event& event) = 0;
  // Why nothing that may still come can make the history valid; empty while something might. Once
  // given it stays.
  virtual const std::string& violation() const = 0;
};

}  // namespace faultrig
