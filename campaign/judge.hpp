// All verdicts on one run, and the one that counts.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checkers/checker.hpp"
#include "checkers/history/history.hpp"
#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

struct Judgement {
  std::vector<Verdict> verdicts;
  Validity validity = Validity::unknown;
};

// Every checker under guard, then the verdict on the faults themselves.
Judgement judge(const History& history, std::span<const std::unique_ptr<Checker>> checkers,
                const CheckBudget& budget, const RunRecord* record);

}  // namespace faultrig
