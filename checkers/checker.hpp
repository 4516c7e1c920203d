// The interface of everything that judges a history: pure, no clock, no file, no thread of its own
// beyond the pool of checkers/parallel.
#pragma once

#include <string>

#include "checkers/budget.hpp"
#include "checkers/history/history.hpp"
#include "checkers/verdict.hpp"

namespace faultrig {

class Checker {
 public:
  virtual ~Checker() = default;
  virtual std::string name() const = 0;
  // Never throws for what the history says; guarded_check turns what it throws into unknown.
  virtual Verdict check(const History& history, const CheckBudget& budget) const = 0;
};

}  // namespace faultrig
