// `faultrig run`: makes the parts of one experiment, runs it inside the sandbox, judges and
// reports.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>

#include "campaign/promises.hpp"
#include "campaign/simulated_run.hpp"
#include "campaign/trace_watch.hpp"
#include "checkers/history/jsonl.hpp"
#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/experiment.hpp"
#include "cli/interruption.hpp"
#include "cli/progress.hpp"
#include "cli/run_reports.hpp"
#include "cli/simulate.hpp"
#include "harness/errors.hpp"
#include "harness/generators/workers.hpp"
#include "harness/live/backends.hpp"
#include "harness/live/journal.hpp"
#include "harness/live/live_driver.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/run.hpp"
#include "nemesis/nemesis.hpp"
#include "workloads/stop_on_anomaly.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

using Clock = std::chrono::steady_clock;

// What the process knows that the experiment does not.
struct Surroundings {
  Clock::time_point program_start;
  const live::Backend& backend;
  live::ProcessIdentity launcher;  // as seen from outside the sandbox
  const Interruption& interruption;
};

ProgressDisplay::Style progress_style(const RunFlags& flags) {
  if (flags.quiet) return ProgressDisplay::Style::none;
  return on_terminal(stderr) ? ProgressDisplay::Style::live : ProgressDisplay::Style::lines;
}

// Carries the experiment out; what comes back is the record of it, whatever happened on the way.
RunRecord carry_out(const Experiment& experiment, Workload& workload, RunFolder& folder,
                    const RunFlags& flags, const Surroundings& surroundings) {
  const RunPlan& plan = experiment.plan;
  const live::Backend& backend = surroundings.backend;
  live::UndoJournal journal(folder, surroundings.launcher);
  const std::filesystem::path programs = programs_folder();
  const auto cluster = backend.make({plan, experiment.manifest, folder, programs, journal});
  Roles roles(experiment.manifest.leader_event);
  LineFile fault_lines(folder.file("faults.jsonl"));
  Nemesis nemesis = make_nemesis(plan, *cluster, roles, [&](const FaultRecord& fault) {
    fault_lines.append(to_value(fault).to_string());
  });
  const auto driver = live::make_live_driver(*cluster, plan.timeout);
  const Duration before = Clock::now() - surroundings.program_start;
  ProgressDisplay display(progress_style(flags));
  RunParts parts{*cluster,
                 *driver,
                 *nemesis.injector,
                 *workload.codec,
                 clients_and_nemesis(workload.main, nemesis.schedule),
                 workload.final,
                 &folder,
                 [&](const TraceEvent& event) { roles.observe(event); }};
  parts.probe = workload.probe;
  RunCallbacks callbacks{[&](const RunProgress& progress) { display.show(progress); },
                         [&] { return surroundings.interruption.reason(); }};
  if (plan.stop_on_anomaly) stop_on_anomaly(workload, parts, callbacks);
  TraceWatch traces(experiment.manifest, parts);
  RunRecord record = run_experiment(plan, parts, callbacks);
  traces.note_in(record);
  display.finish();
  record.costs.emplace();
  record.costs->first_operation = before;  // of the run's time zero; run_once adds the rest
  for (NodeRecord& node : record.nodes) {
    const live::NodeAddress address = cluster->address_of(node.name);
    node.address = fmt::format("{}:{}", address.ip, address.port);
  }
  record.version = version_text;
  record.repeat_with = experiment.repeat_with;
  record.target_summary = experiment.manifest.summary;
  std::ranges::move(promise_warnings(plan, experiment.manifest),
                    std::back_inserter(record.warnings));
  return record;
}

ReportFlags report_flags(const RunFlags& flags) {
  return {flags.quiet, flags.no_color, flags.junit};
}

struct Attempt {
  ExitCode code;
  bool kept_promise;
};

// One attempt, from its run folder to its exit code.
Attempt run_once(const Experiment& experiment, const RunFlags& flags,
                 const Surroundings& surroundings) {
  RunFolder folder = RunFolder::create(flags.runs_folder, experiment.plan.name);
  Workload workload = make_workload(experiment.plan);
  RunRecord record = carry_out(experiment, workload, folder, flags, surroundings);
  const auto start = Clock::now();
  const auto history_file = folder.file("history.jsonl");
  // A run that could not even start has none; why is in its record.
  const std::string text = std::filesystem::exists(history_file) ? read_file(history_file) : "";
  const JsonLinesHistory read = read_history_jsonl(text, history_file.string());
  const Judgement judgement =
      judge(read.history, workload.checkers, budget_of(experiment.plan), &record);
  record.costs->judging = Clock::now() - start;
  const auto operations = read.history.operations();
  record.costs->operations = static_cast<std::int64_t>(operations.size());
  if (operations.empty()) {
    record.costs->first_operation.reset();
  } else {
    *record.costs->first_operation += operations.front().invoke_time;
  }
  const ExitCode code = report_run(record, operations, judgement, folder, report_flags(flags));
  if (flags.ladder) say_ladder(read.history, workload.model, experiment.plan);
  return {code, keeps_promise(experiment.plan, judgement)};
}

// A plan that promises an anomaly may need more than one seed to find it.
ExitCode run_attempts(Experiment experiment, RunFlags flags, Surroundings surroundings) {
  const RunPlan& plan = experiment.plan;
  for (int attempt = 1;; ++attempt) {
    const Attempt run = run_once(experiment, flags, surroundings);
    const bool found_nothing = run.code == ExitCode::valid || run.code == ExitCode::unknown;
    if (found_nothing && attempt < plan.expected_attempts) {
      flags.seed = fmt::format("{}", *plan.seed + 1);
      experiment = resolve_experiment(flags, *plan.seed + 1);
      surroundings.program_start = Clock::now();
      fmt::print("no anomaly yet; attempt {} of {} with seed {}\n", attempt + 1,
                 plan.expected_attempts, *flags.seed);
      std::fflush(stdout);
      continue;
    }
    if (run.kept_promise || !found_nothing) return run.code;
    fmt::print("the plan promised {}{} and the run did not show it\n", plan.expected_verdict,
               plan.expected_checker.empty() ? "" : " by checker " + plan.expected_checker);
    return worse(run.code, ExitCode::unknown);
  }
}

}  // namespace

ExitCode run_command(const RunFlags& flags) {
  const auto program_start = Clock::now();
  // A file size limit is then an error of write(2), which is told like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  std::random_device entropy;
  // Short enough to be typed again.
  const Experiment experiment = resolve_experiment(flags, entropy() % 1'000'000);
  if (experiment.plan.backend == "sim") return run_simulated(experiment, flags);
  if (flags.seeds || flags.until_anomaly) {
    throw UsageError("--seeds and --until-anomaly are for simulations",
                     "add --backend sim; a live run repeats with --attempts");
  }
  const live::ProcessIdentity launcher = live::identity_of(getpid());
  const live::Backend& backend = *live::find_backend(experiment.plan.backend);
  const auto body = [&] {
    const Interruption interruption;
    return run_attempts(experiment, flags, {program_start, backend, launcher, interruption});
  };
  if (!backend.is_sandboxed) return body();
  const int code = live::run_in_sandbox([&] { return with_exit_codes(body); });
  constexpr int killed = 128;
  if (code <= killed || code == static_cast<int>(ExitCode::interrupted) ||
      code >= static_cast<int>(ExitCode::usage)) {
    return static_cast<ExitCode>(code);
  }
  throw EnvironmentError(
      fmt::format("the control process was ended by signal {}; nothing of the run is left but",
                  code - killed),
      fmt::format("what it recorded in {}", flags.runs_folder), 0,
      fmt::format("judge it with `{} check {}/latest`", flags.program, flags.runs_folder));
}

}  // namespace faultrig
