// `faultrig shrink RUN`: the fewest faults and operations that still fail, as a run of its own.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "campaign/shrink.hpp"
#include "checkers/history/jsonl.hpp"
#include "checkers/history/timeline.hpp"
#include "cli/commands.hpp"
#include "cli/experiment.hpp"
#include "cli/interruption.hpp"
#include "cli/run_reports.hpp"
#include "cli/simulate.hpp"
#include "cli/stored_run.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"
#include "reports/story.hpp"

namespace faultrig {
namespace {

using Clock = std::chrono::steady_clock;

// The history of the core alone, which is enough to fail: for `faultrig check`.
void store_core(const StoredSimulation& stored) {
  const NotLinearizable* proof = nullptr;
  for (const Verdict& verdict : stored.run.judgement.verdicts) {
    if (const auto* found = std::get_if<NotLinearizable>(&verdict.evidence)) proof = found;
  }
  if (proof == nullptr) return;
  const std::filesystem::path folder = stored.folder;
  write_file(folder / "core.txt", drawn_core(*proof));
  std::string lines;
  for (const Event& event : events_of(proof->core)) lines += to_json_line(event) + "\n";
  write_file(folder / "core.jsonl", lines);
  fmt::print("  the {} operations that prove it: {}/core.jsonl, drawn in core.txt\n",
             proof->core.size(), stored.folder);
}

std::string shrunk_name(const std::string& name) {
  const std::string suffix = "-shrunk";
  return name.ends_with(suffix) ? name : name.substr(0, 64 - suffix.size()) + suffix;
}

}  // namespace

ExitCode shrink_command(const ShrinkFlags& flags) {
  StoredRun stored = read_simulated_run(flags.run);
  if (const std::string warning = version_warning(stored); !warning.empty()) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  const auto start = Clock::now();
  const auto budget = parse_duration(flags.budget, "--budget");
  const Interruption interruption;
  const bool is_live = on_terminal(stderr) && !flags.quiet;
  ShrinkOptions options;
  options.threads = static_cast<unsigned>(flags.threads);
  options.should_stop = [&] {
    return Clock::now() - start > budget || !interruption.reason().empty();
  };
  options.progress = [&](const std::string& text) {
    if (!is_live) return;
    fmt::print(stderr, "\r\033[K{}", text);
    std::fflush(stderr);
  };
  const std::optional<Shrunk> shrunk = shrink(stored.plan, stored.manifest, options);
  if (is_live) fmt::print(stderr, "\r\033[K");
  if (!shrunk) {
    throw UsageError(fmt::format("`{}` does not fail, so there is nothing to shrink", flags.run),
                     "name the folder of a run whose verdict is invalid");
  }
  Experiment experiment{shrunk->plan, stored.manifest, ""};
  experiment.plan.name = shrunk_name(stored.plan.name);
  experiment.plan.label = "shrunk";
  experiment.plan.expected_verdict = "invalid";
  experiment.plan.expected_checker.clear();
  experiment.plan.expected_attempts = 1;
  RunFlags run_flags;
  run_flags.runs_folder = flags.runs_folder;
  run_flags.quiet = true;
  const StoredSimulation result = simulate_and_report(experiment, run_flags);
  fmt::print("{} shrunk in {:.1f} s and {} runs: {} -> {} faults, {} -> {} operations{}\n",
             shrunk->failure, std::chrono::duration<double>(Clock::now() - start).count(),
             shrunk->runs, shrunk->faults_before, shrunk->faults, shrunk->operations_before,
             result.run.history.operations().size(),
             shrunk->was_stopped ? " (the budget ended: smaller ones may exist)" : "");
  store_core(result);
  fmt::print("  repeat: {} run --plan {}/plan.toml\n", flags.program, result.folder);
  if (!flags.quiet) {
    const Report report{&result.run.record, result.run.history.operations(),
                        result.run.judgement.verdicts, result.run.judgement.validity,
                        static_cast<int>(result.code)};
    fmt::print("\n{}", story(report));
  }
  std::fflush(stdout);
  return result.code;
}

}  // namespace faultrig
