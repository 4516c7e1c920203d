#include "reports/invariants.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/words.hpp"

namespace faultrig {

Verdict judge_invariants(const RunRecord& record) {
  Verdict verdict;
  verdict.checker = "invariants";
  verdict.procedure = "over the traces of all nodes";
  if (record.traces) verdict.statistics = {{"trace lines", std::to_string(record.traces->lines)}};
  if (record.traces && !record.traces->with_gaps.empty()) {
    verdict.statistics.emplace_back("lines missing of", listed(record.traces->with_gaps));
  }
  if (record.simulation) {
    verdict.procedure = "after every step of every node";
    verdict.statistics = {{"steps", std::to_string(record.simulation->steps)}};
  }
  verdict.validity = record.broken_invariants.empty() ? Validity::valid : Validity::invalid;
  for (const BrokenInvariant& broken : record.broken_invariants) {
    const std::string step = record.simulation ? fmt::format(", step {}", broken.step) : "";
    std::string reason = fmt::format("{} is broken at {}{}: {}", broken.property,
                                     seconds(broken.at), step, broken.what);
    if (!broken.circumstances.empty()) {
      reason += fmt::format(" ({})", fmt::join(broken.circumstances, "; "));
    }
    verdict.reasons.push_back(std::move(reason));
  }
  return verdict;
}

Verdict judge_progress(const RunRecord& record) {
  Verdict verdict;
  verdict.checker = "progress";
  verdict.procedure = "a majority healed, the rest cut off";
  if (!record.progress || (!record.progress->reached && !record.interrupted.empty())) {
    verdict.reasons = {"the run ended before progress of a healed majority was measured"};
    return verdict;
  }
  const ProgressRecord& progress = *record.progress;
  if (progress.reached) {
    verdict.validity = Validity::valid;
    verdict.statistics = {
        {"until a client was served", seconds(*progress.reached - progress.begun)}};
    return verdict;
  }
  verdict.validity = Validity::invalid;
  verdict.reasons = {
      fmt::format("no client was served within {} after {} had been made whole: from {} on",
                  seconds(Time(progress.within)), listed(progress.core), seconds(progress.begun))};
  return verdict;
}

Verdict judge_convergence(const RunRecord& record) {
  Verdict verdict;
  verdict.checker = "convergence";
  verdict.procedure = "the states of all nodes after healing";
  if (!record.convergence || (!record.convergence->reached && !record.interrupted.empty())) {
    verdict.reasons = {"the run ended before the nodes had time to come to agree"};
    return verdict;
  }
  const ConvergenceRecord& convergence = *record.convergence;
  if (convergence.reached) {
    verdict.validity = Validity::valid;
    verdict.statistics = {
        {"until the nodes agreed", seconds(*convergence.reached - convergence.begun)}};
    return verdict;
  }
  verdict.validity = Validity::invalid;
  verdict.reasons = {fmt::format(
      "the nodes did not agree within {} after everything was healed, "
      "from {} on: {}",
      seconds(Time(convergence.within)), seconds(convergence.begun), convergence.disagreement)};
  return verdict;
}

}  // namespace faultrig
