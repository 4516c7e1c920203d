// One plan over many seeds: which of them fail, and what that says of the rate of failure.
//
// Seeds are judged on several threads; what comes out does not depend on which thread took which:
// until an anomaly, the result is of the seeds up to the lowest that fails, and of all of these.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkers/verdict.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;  // included; last >= first
  std::uint64_t count() const { return last - first + 1; }
};

// What a campaign keeps of a run.
struct SeedOutcome {
  std::uint64_t seed = 0;
  Validity validity = Validity::unknown;
  std::string anomaly;  // of an invalid one, by name: "election-safety", "linearizable: stale read"
  std::string reason;   // of one that is not valid
  std::string digest;
};

struct SeedsProgress {
  std::uint64_t done = 0;
  std::uint64_t of = 0;
  std::uint64_t invalid = 0;
  std::uint64_t unknown = 0;
};

struct SeedsOptions {
  unsigned threads = 2;
  bool until_anomaly = false;  // stop at the lowest that fails
  std::function<void(const SeedsProgress&)>
      progress;                       // after every run, one at a time; may be empty
  std::function<bool()> should_stop;  // asked before every run; may be empty
};

struct SeedsResult {
  std::vector<SeedOutcome> outcomes;  // of the seeds that were judged, ascending
  std::uint64_t valid = 0;
  std::uint64_t unknown = 0;
  std::uint64_t invalid = 0;
  bool was_stopped = false;
  std::optional<SeedOutcome> first_anomaly;        // of the lowest seed
  std::map<std::string, std::uint64_t> anomalies;  // by name
  std::map<std::string, std::uint64_t> unknown_reasons;
};

SeedsResult run_seeds(const RunPlan& plan, const TargetManifest& manifest, SeedRange seeds,
                      const SeedsOptions& options);

// The worst of all seeds: one that tested nothing makes the whole unknown. Unknown for no seed.
Validity validity_of(const SeedsResult& result);

}  // namespace faultrig
