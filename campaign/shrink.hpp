// From a failing simulated run to the smallest that still fails the same way: first the faults and
// operations are written down as scripts, then both are shrunk by delta debugging, then the faults'
// lengths, then the run's.
//
// A simulated run reacts to every change, so leaving something out may hide a failure that is still
// there. Therefore a candidate is tried with a few seeds next to its own, and the first that fails
// stays with it. Cost: some hundred to some thousand short runs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "campaign/simulated_run.hpp"

namespace faultrig {

struct ShrinkOptions {
  unsigned threads = 2;
  std::function<bool()> should_stop;                 // the budget is spent; may be empty
  std::function<void(const std::string&)> progress;  // "12 faults, 340 operations"; may be empty
};

struct Shrunk {
  RunPlan plan;         // repeats the smallest failing run
  std::string failure;  // what all of them show: "linearizable", "election-safety" ...
  std::size_t faults_before = 0;
  std::size_t faults = 0;
  std::size_t operations_before = 0;
  std::size_t operations = 0;
  std::uint64_t runs = 0;
  bool was_stopped = false;  // by the budget: there may be smaller ones
};

// Nothing when the plan's run does not fail (or is not a simulation's).
std::optional<Shrunk> shrink(const RunPlan& plan, const TargetManifest& manifest,
                             const ShrinkOptions& options);

}  // namespace faultrig
