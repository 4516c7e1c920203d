// The test of the tests: every planted bug of a target must be found by its plan, and the same plan
// over the same seeds must find nothing in the clean target.
//
// For each bug the seeds from 1 on are tried until it has been found `finds` times or the plan's
// attempts are used up; the control judges the seeds that were tried. The median of the gaps
// between finds is the number of seeds that it takes. Both go through the whole of what a run is:
// faults, clients, invariants, checkers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/signature.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct SelftestCase {
  PlantedBug bug;
  RunPlan plan;  // with the bug on
};

struct SelftestOptions {
  unsigned threads = 2;
  int finds = 5;                                     // after which a bug counts as well known
  std::function<bool()> should_stop;                 // the budget is spent; may be empty
  std::function<void(const std::string&)> progress;  // the bug that is being tried; may be empty
};

struct SelftestRow {
  std::string bug;
  std::string breaks;
  bool was_tried = false;                   // false: the budget was spent before
  std::optional<std::uint64_t> first_seed;  // that found it
  std::uint64_t tried = 0;                  // seeds with the bug on
  std::uint64_t found = 0;                  // of them
  std::uint64_t median_seeds = 0;  // from one find to the next, the first counted from seed 1
  std::string anomaly;             // the first thing found, most often
  std::vector<std::string> also;   // other findings, most frequent first
  std::uint64_t control_valid = 0;
  std::uint64_t control_unknown = 0;
  std::vector<std::string> false_alarms;  // "seed 7: election-safety"
  std::chrono::milliseconds took{};
};

struct SelftestResult {
  std::vector<SelftestRow> rows;
  std::vector<SignatureRecord> signatures;  // what was seen of each bug, for hints
};

SelftestResult selftest(const std::vector<SelftestCase>& cases, const TargetManifest& manifest,
                        const SelftestOptions& options);

// Found, and no false alarm.
bool passed(const SelftestRow& row);

}  // namespace faultrig
