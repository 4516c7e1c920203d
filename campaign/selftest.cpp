#include "campaign/selftest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "campaign/findings.hpp"
#include "campaign/simulated_run.hpp"
#include "checkers/parallel.hpp"

namespace faultrig {
namespace {

constexpr std::size_t batch = 8;
constexpr std::uint64_t fewest_control_seeds = 10;

struct Tried {
  bool found = false;
  std::vector<std::string> findings;
  std::vector<std::string> signature;
  Validity control = Validity::unknown;
  std::string control_finding;
};

RunPlan with_seed(RunPlan plan, std::uint64_t seed) {
  plan.seed = seed;
  plan.check_threads = 1;
  return plan;
}

// What a plan promises is an anomaly by a checker, or a broken invariant.
bool shows_the_bug(const SimulatedRun& run, const RunPlan& plan) {
  return std::any_of(
      run.judgement.verdicts.begin(), run.judgement.verdicts.end(), [&](const Verdict& verdict) {
        return verdict.validity == Validity::invalid &&
               (plan.expected_checker.empty() || verdict.checker == plan.expected_checker);
      });
}

Tried try_seed(const RunPlan& plan, const TargetManifest& manifest, std::uint64_t seed) {
  Tried tried;
  const SimulatedRun run = simulate(with_seed(plan, seed), manifest);
  tried.found = shows_the_bug(run, plan);
  if (tried.found) {
    tried.findings = findings_of(run);
    tried.signature = signature_of(run);
  }
  RunPlan clean = plan;
  clean.bugs.clear();
  const SimulatedRun control = simulate(with_seed(std::move(clean), seed), manifest);
  tried.control = control.judgement.validity;
  if (tried.control == Validity::invalid) tried.control_finding = findings_of(control).front();
  return tried;
}

std::uint64_t median(std::vector<std::uint64_t> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

// Names from the most frequent to the rarest.
std::vector<std::string> by_frequency(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> sorted;
  for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> names;
  for (const auto& [count, name] : sorted) names.push_back(name);
  return names;
}

class OneBug {
 public:
  OneBug(const SelftestCase& test, const TargetManifest& manifest, const SelftestOptions& options)
      : test_(test), manifest_(manifest), options_(options) {
    row_.bug = signature_.bug = test.bug.name;
    row_.breaks = test.bug.breaks;
  }

  void carry_out() {
    const auto start = std::chrono::steady_clock::now();
    const auto most = static_cast<std::uint64_t>(test_.plan.expected_attempts);
    while (row_.tried < most && !(options_.should_stop && options_.should_stop())) {
      const bool is_known = row_.found >= static_cast<std::uint64_t>(options_.finds);
      if (is_known && row_.tried >= fewest_control_seeds) break;
      take_batch(std::min<std::uint64_t>(batch, most - row_.tried));
    }
    row_.median_seeds = median(gaps_);
    std::vector<std::string> first = by_frequency(first_findings_);
    if (!first.empty()) row_.anomaly = first.front();
    for (std::string& name : by_frequency(all_findings_)) {
      if (name != row_.anomaly) row_.also.push_back(std::move(name));
    }
    row_.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
  }

  SelftestRow row() const { return row_; }
  const SignatureRecord& signature() const { return signature_; }

 private:
  void take_batch(std::uint64_t count) {
    row_.was_tried = true;
    std::vector<Tried> tried(count);
    const std::uint64_t first = row_.tried + 1;
    parallel_for(tried.size(), options_.threads,
                 [&](std::size_t i) { tried[i] = try_seed(test_.plan, manifest_, first + i); });
    for (std::size_t i = 0; i < tried.size(); ++i) take(tried[i], first + i);
    row_.tried += count;
  }

  void take(const Tried& tried, std::uint64_t seed) {
    if (tried.control == Validity::valid) ++row_.control_valid;
    if (tried.control == Validity::unknown) ++row_.control_unknown;
    if (tried.control == Validity::invalid) {
      row_.false_alarms.push_back(fmt::format("seed {}: {}", seed, tried.control_finding));
    }
    if (!tried.found) return;
    if (!row_.first_seed) row_.first_seed = seed;
    ++row_.found;
    gaps_.push_back(seed - last_find_);
    last_find_ = seed;
    ++first_findings_[tried.findings.front()];
    for (const std::string& name : tried.findings) ++all_findings_[name];
    signature_.add(tried.signature);
  }

  const SelftestCase& test_;
  const TargetManifest& manifest_;
  const SelftestOptions& options_;
  SelftestRow row_;
  SignatureRecord signature_;
  std::uint64_t last_find_ = 0;
  std::vector<std::uint64_t> gaps_;
  std::map<std::string, std::uint64_t> first_findings_;
  std::map<std::string, std::uint64_t> all_findings_;
};

}  // namespace

SelftestResult selftest(const std::vector<SelftestCase>& cases, const TargetManifest& manifest,
                        const SelftestOptions& options) {
  SelftestResult result;
  for (const SelftestCase& test : cases) {
    if (options.progress) options.progress(test.bug.name);
    OneBug bug(test, manifest, options);
    bug.carry_out();
    result.rows.push_back(bug.row());
    result.signatures.push_back(bug.signature());
  }
  return result;
}

bool passed(const SelftestRow& row) { return row.found > 0 && row.false_alarms.empty(); }

}  // namespace faultrig
