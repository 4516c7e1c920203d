#include "campaign/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "campaign/findings.hpp"
#include "campaign/minimize.hpp"
#include "checkers/parallel.hpp"
#include "nemesis/script.hpp"
#include "workloads/operation_script.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

// How many seeds a candidate is tried with: few while much goes at once, then many.
constexpr std::size_t few_seeds = 8;
constexpr std::size_t many_seeds = 64;
constexpr int most_rounds = 3;

bool is_liveness(const std::string& checker) {
  return checker == "progress" || checker == "convergence";
}

// What must still fail: what clients saw, where they saw anything; else the first broken promise.
std::string failure_of(const SimulatedRun& run) {
  std::string first;
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.validity != Validity::invalid || verdict.checker == "invariants") continue;
    if (!is_liveness(verdict.checker)) return verdict.checker;
    first = verdict.checker;
  }
  if (!run.record.broken_invariants.empty()) return run.record.broken_invariants.front().property;
  return first;
}

bool shows(const SimulatedRun& run, const std::string& failure) {
  const auto is_it = [&](const BrokenInvariant& broken) { return broken.property == failure; };
  const auto& broken = run.record.broken_invariants;
  if (std::any_of(broken.begin(), broken.end(), is_it)) return true;
  return std::any_of(run.judgement.verdicts.begin(), run.judgement.verdicts.end(),
                     [&](const Verdict& verdict) {
                       return verdict.checker == failure && verdict.validity == Validity::invalid;
                     });
}

class Shrinker {
 public:
  Shrinker(const TargetManifest& manifest, const ShrinkOptions& options)
      : manifest_(manifest), options_(options) {}

  std::optional<Shrunk> carry_out(const RunPlan& plan) {
    const SimulatedRun run = simulate(plan, manifest_);
    ++result_.runs;
    result_.failure = failure_of(run);
    if (result_.failure.empty()) return std::nullopt;
    result_.faults_before = run.record.faults.size();
    result_.operations_before = run.history.operations().size();
    best_ = plan;
    write_down(run);
    shrink_both();
    shorten_faults();
    shorten_run();
    seeds_ = many_seeds;
    shrink_both();
    result_.plan = best_;
    result_.faults = best_.fault_script.size();
    result_.operations = best_.workload_script.size();
    result_.was_stopped = is_stopped();
    return result_;
  }

 private:
  void shrink_both() {
    for (int round = 0; round < most_rounds; ++round) {
      const auto before = std::pair(best_.fault_script.size(), best_.workload_script.size());
      shrink_operations();
      shrink_faults();
      if (before == std::pair(best_.fault_script.size(), best_.workload_script.size())) return;
    }
  }

  bool is_stopped() const { return options_.should_stop && options_.should_stop(); }

  bool fails_with(RunPlan plan, std::uint64_t seed) {
    plan.seed = seed;
    plan.check_threads = 1;
    return shows(simulate(plan, manifest_), result_.failure);
  }

  // True when it fails with its own seed or one next to it; then it is the best so far.
  bool fails(RunPlan candidate) {
    if (is_stopped()) return false;
    std::atomic<std::size_t> first{seeds_};
    std::atomic<std::uint64_t> runs{0};
    parallel_for(seeds_, options_.threads, [&](std::size_t i) {
      if (first <= i) return;  // one with a lower number fails already
      ++runs;
      if (!fails_with(candidate, *candidate.seed + i)) return;
      std::size_t known = first;
      while (i < known && !first.compare_exchange_weak(known, i)) {
      }
    });
    result_.runs += runs;
    if (first == seeds_) return false;
    candidate.seed = *candidate.seed + first;
    best_ = std::move(candidate);
    if (options_.progress) {
      options_.progress(fmt::format("{} faults, {} operations, {} runs", best_.fault_script.size(),
                                    best_.workload_script.size(), result_.runs));
    }
    return true;
  }

  // Faults and operations as scripts; final reads become operations like any other.
  void write_down(const SimulatedRun& run) {
    const Time end = run.record.ended.value_or(Time(best_.duration));
    RunPlan faults_only = best_;
    faults_only.fault_script.clear();
    for (const FaultRecord& fault : run.record.faults) {
      if (fault.order.is_nil()) continue;
      faults_only.fault_script.push_back(script_step(fault, run.record.main_ended.value_or(end)));
    }
    RunPlan both = faults_only;
    for (const Operation& operation : run.history.operations()) {
      both.workload_script.push_back(
          to_step({operation.invoke_time - run.record.ready.value_or(Time{}),
                   static_cast<WorkerId>(operation.process % both.clients), operation.f,
                   operation.key, operation.input}));
    }
    both.workload_options.set("final_reads", false);
    both.progress = milliseconds(0);
    if (result_.failure != "convergence") both.convergence = milliseconds(0);
    both.duration = std::chrono::ceil<milliseconds>(end) + both.timeout;
    if (result_.failure != "progress" && fails(both)) return;
    fails(faults_only);
  }

  void shrink_operations() {
    if (best_.workload_script.empty()) return;
    try_one_key();
    const std::function<bool(const std::vector<Options>&)> still_fails =
        [&](const std::vector<Options>& script) {
          if (script.empty()) return false;  // an empty script would be the random load
          RunPlan candidate = best_;
          candidate.workload_script = script;
          return fails(std::move(candidate));
        };
    minimized(best_.workload_script, still_fails);
  }

  // Objects are independent for clients, so all but the one that failed can mostly go at once.
  void try_one_key() {
    const SimulatedRun run = simulate(best_, manifest_);
    for (const Verdict& verdict : run.judgement.verdicts) {
      const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence);
      if (evidence == nullptr || !evidence->key) continue;
      RunPlan candidate = best_;
      std::erase_if(candidate.workload_script, [&](const Options& step) {
        return !step.has("key") || step.entries().at("key").value != *evidence->key;
      });
      if (candidate.workload_script.size() < best_.workload_script.size()) {
        fails(std::move(candidate));
      }
      return;
    }
  }

  void shrink_faults() {
    if (best_.fault_script.empty()) return;
    const std::function<bool(const std::vector<Options>&)> still_fails =
        [&](const std::vector<Options>& script) {
          RunPlan candidate = best_;
          candidate.fault_script = script;
          if (script.empty()) candidate.faults.clear();  // else they would be drawn again
          return fails(std::move(candidate));
        };
    minimized(best_.fault_script, still_fails);
  }

  void shorten_faults() {
    for (std::size_t i = 0; i < best_.fault_script.size(); ++i) {
      for (std::int64_t length = length_of(i) / 2; length > 0; length /= 2) {
        RunPlan candidate = best_;
        candidate.fault_script[i].set("for_ms", length);
        if (!fails(std::move(candidate))) break;
      }
    }
  }
  std::int64_t length_of(std::size_t fault) const {
    return best_.fault_script[fault].integer("for_ms", 0, 0, INT64_MAX);
  }

  void shorten_run() {
    while (best_.duration > milliseconds(100)) {
      RunPlan candidate = best_;
      candidate.duration = best_.duration * 3 / 4;
      if (!fails(std::move(candidate))) return;
    }
  }

  const TargetManifest& manifest_;
  const ShrinkOptions& options_;
  std::size_t seeds_ = few_seeds;
  RunPlan best_;
  Shrunk result_;
};

}  // namespace

std::optional<Shrunk> shrink(const RunPlan& plan, const TargetManifest& manifest,
                             const ShrinkOptions& options) {
  return Shrinker(manifest, options).carry_out(plan);
}

}  // namespace faultrig
