// `faultrig run --backend sim`: one simulated run with its folder and reports, or a campaign over
// many seeds that ends in the report of the first that failed.
#pragma once

#include "campaign/simulated_run.hpp"
#include "cli/commands.hpp"
#include "cli/experiment.hpp"

namespace faultrig {

ExitCode run_simulated(const Experiment& experiment, const RunFlags& flags);

// One run, stored and reported. Sandboxes and signals are not needed: it touches nothing.
struct StoredSimulation {
  ExitCode code = ExitCode::internal;
  std::string folder;
  SimulatedRun run;
};
StoredSimulation simulate_and_report(const Experiment& experiment, const RunFlags& flags);

}  // namespace faultrig
