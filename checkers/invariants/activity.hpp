// Vacuity: a run in which no read ever succeeded proves nothing about reads. Unknown, with the
// gaps as Inactivity, when the history is empty or when some kind of operation that was invoked or
// is required never succeeded. Cost: linear.
#pragma once

#include <string>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

class ActivityChecker final : public Checker {
 public:
  // Kinds (`f`) that must succeed even if the history never invokes them.
  explicit ActivityChecker(std::vector<std::string> required = {});
  std::string name() const override { return "activity"; }
  Verdict check(const History& history, const CheckBudget& budget) const override;

 private:
  std::vector<std::string> required_;
};

}  // namespace faultrig
