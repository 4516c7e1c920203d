#include "campaign/judge.hpp"

#include "checkers/guarded_check.hpp"
#include "reports/faults.hpp"
#include "reports/invariants.hpp"

namespace faultrig {

Judgement judge(const History& history, std::span<const std::unique_ptr<Checker>> checkers,
                const CheckBudget& budget, const RunRecord* record) {
  Judgement judgement;
  for (const auto& checker : checkers) {
    judgement.verdicts.push_back(guarded_check(*checker, history, budget));
  }
  if (record != nullptr) {
    if (record->simulation) judgement.verdicts.push_back(judge_invariants(*record));
    if (record->plan.progress.count() > 0) judgement.verdicts.push_back(judge_progress(*record));
    if (record->simulation && record->plan.convergence.count() > 0) {
      judgement.verdicts.push_back(judge_convergence(*record));
    }
    judgement.verdicts.push_back(judge_faults(*record));
  }
  judgement.validity = Validity::valid;
  for (const Verdict& verdict : judgement.verdicts) {
    judgement.validity = worst(judgement.validity, verdict.validity);
  }
  if (judgement.verdicts.empty()) judgement.validity = Validity::unknown;
  return judgement;
}

}  // namespace faultrig
