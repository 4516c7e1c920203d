#include "campaign/judge.hpp"

#include <algorithm>

#include "checkers/guarded_check.hpp"
#include "reports/faults.hpp"
#include "reports/invariants.hpp"

namespace faultrig {

namespace {

// The nodes agree or not, whoever looks: what a simulation sees inside them and what clients see in
// the end are one verdict, with all that either of them found.
void add_convergence(const Verdict& inside, std::vector<Verdict>& verdicts) {
  const auto outside = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    return verdict.checker == inside.checker;
  });
  if (outside == verdicts.end()) {
    verdicts.push_back(inside);
    return;
  }
  outside->validity = worst(outside->validity, inside.validity);
  outside->procedure = inside.procedure + "; " + outside->procedure;
  outside->reasons.insert(outside->reasons.begin(), inside.reasons.begin(), inside.reasons.end());
  outside->statistics.insert(outside->statistics.begin(), inside.statistics.begin(),
                             inside.statistics.end());
}

}  // namespace

Judgement judge(const History& history, std::span<const std::unique_ptr<Checker>> checkers,
                const CheckBudget& budget, const RunRecord* record) {
  Judgement judgement;
  for (const auto& checker : checkers) {
    judgement.verdicts.push_back(guarded_check(*checker, history, budget));
  }
  if (record != nullptr) {
    if (record->simulation || record->traces)
      judgement.verdicts.push_back(judge_invariants(*record));
    if (record->plan.progress.count() > 0) judgement.verdicts.push_back(judge_progress(*record));
    if (record->simulation && record->plan.convergence.count() > 0) {
      add_convergence(judge_convergence(*record), judgement.verdicts);
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
