#include "campaign/seeds.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "campaign/findings.hpp"
#include "campaign/simulated_run.hpp"
#include "checkers/parallel.hpp"

namespace faultrig {
namespace {

SeedOutcome outcome_of(const SimulatedRun& run, std::uint64_t seed) {
  SeedOutcome outcome;
  outcome.seed = seed;
  outcome.validity = run.judgement.validity;
  outcome.digest = run.record.simulation->digest;
  if (outcome.validity == Validity::invalid) outcome.anomaly = findings_of(run).front();
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.validity == outcome.validity && !verdict.reasons.empty()) {
      outcome.reason = verdict.reasons.front();
      break;
    }
  }
  return outcome;
}

void add(SeedsResult& result, const SeedOutcome& outcome) {
  switch (outcome.validity) {
    case Validity::valid:
      ++result.valid;
      break;
    case Validity::unknown:
      ++result.unknown;
      // Its details differ from seed to seed.
      ++result.unknown_reasons[outcome.reason.substr(0, outcome.reason.find(": "))];
      break;
    case Validity::invalid:
      ++result.invalid;
      ++result.anomalies[outcome.anomaly];
      if (!result.first_anomaly) result.first_anomaly = outcome;
      break;
  }
  result.outcomes.push_back(outcome);
}

}  // namespace

SeedsResult run_seeds(const RunPlan& plan, const TargetManifest& manifest, SeedRange seeds,
                      const SeedsOptions& options) {
  std::vector<std::optional<SeedOutcome>> outcomes(seeds.count());
  std::atomic<std::uint64_t> last{seeds.count() - 1};  // the lowest that failed, or all
  std::atomic<bool> was_stopped{false};
  std::mutex progress_mutex;
  SeedsProgress progress;
  progress.of = seeds.count();
  parallel_for(seeds.count(), options.threads, [&](std::size_t i) {
    if (was_stopped || i > last) return;
    if (options.should_stop && options.should_stop()) {
      was_stopped = true;
      return;
    }
    RunPlan one = plan;
    one.seed = seeds.first + i;
    one.check_threads = 1;
    outcomes[i] = outcome_of(simulate(one, manifest), *one.seed);
    if (outcomes[i]->validity == Validity::invalid && options.until_anomaly) {
      std::uint64_t lowest = last;
      while (i < lowest && !last.compare_exchange_weak(lowest, i)) {
      }
    }
    if (!options.progress) return;
    const std::lock_guard lock(progress_mutex);
    ++progress.done;
    if (outcomes[i]->validity == Validity::invalid) ++progress.invalid;
    if (outcomes[i]->validity == Validity::unknown) ++progress.unknown;
    options.progress(progress);
  });
  SeedsResult result;
  result.was_stopped = was_stopped;
  // Which seeds behind the lowest that failed were judged meanwhile is up to the threads.
  for (std::uint64_t i = 0; i <= last; ++i) {
    if (outcomes[i]) add(result, *outcomes[i]);
  }
  return result;
}

Validity validity_of(const SeedsResult& result) {
  if (result.invalid > 0) return Validity::invalid;
  return result.unknown > 0 || result.valid == 0 ? Validity::unknown : Validity::valid;
}

}  // namespace faultrig
