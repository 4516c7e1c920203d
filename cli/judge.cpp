#include "cli/judge.hpp"

#include "checkers/guarded_check.hpp"
#include "reports/faults.hpp"

namespace faultrig {

Judgement judge(const History& history, std::span<const std::unique_ptr<Checker>> checkers,
                const CheckBudget& budget, const RunRecord* record) {
  Judgement judgement;
  for (const auto& checker : checkers) {
    judgement.verdicts.push_back(guarded_check(*checker, history, budget));
  }
  if (record != nullptr) judgement.verdicts.push_back(judge_faults(*record));
  judgement.validity = Validity::valid;
  for (const Verdict& verdict : judgement.verdicts) {
    judgement.validity = worst(judgement.validity, verdict.validity);
  }
  if (judgement.verdicts.empty()) judgement.validity = Validity::unknown;
  return judgement;
}

}  // namespace faultrig
