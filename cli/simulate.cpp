#include "cli/simulate.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "campaign/failure_rate.hpp"
#include "campaign/seeds.hpp"
#include "campaign/signature.hpp"
#include "campaign/simulated_run.hpp"
#include "cli/interruption.hpp"
#include "cli/progress.hpp"
#include "cli/run_reports.hpp"
#include "harness/errors.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t most_seeds_until_anomaly = 10'000;
constexpr std::size_t shown_names = 8;

std::uint64_t number(std::string_view text, const std::string& flag) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size()) return value;
  throw UsageError(fmt::format("--seeds `{}` is no range of seeds", flag),
                   "write for example 1..1000");
}

SeedRange seeds_of(const Experiment& experiment, const RunFlags& flags) {
  if (!flags.seeds) {
    const std::uint64_t first = flags.seed ? *experiment.plan.seed : 1;
    return {first, first + most_seeds_until_anomaly - 1};
  }
  const std::string& text = *flags.seeds;
  if (flags.seed) throw UsageError("--seed and --seeds contradict each other", "give one of them");
  const auto dots = text.find("..");
  if (dots == std::string::npos) {
    const std::uint64_t only = number(text, text);
    return {only, only};
  }
  const SeedRange range{number(std::string_view(text).substr(0, dots), text),
                        number(std::string_view(text).substr(dots + 2), text)};
  if (range.first > range.last || range.last - range.first >= 100'000'000) {
    throw UsageError(fmt::format("--seeds `{}` is empty or above a hundred million seeds", text),
                     "write for example 1..1000");
  }
  return range;
}

// "seeds 412 of 1000  anomalies 0  unknown 2  63 runs/s  9 s left": rewritten on a terminal, else a
// line every ten seconds.
class SeedsDisplay {
 public:
  explicit SeedsDisplay(bool quiet) : is_live_(on_terminal(stderr)), is_quiet_(quiet) {}

  void show(const SeedsProgress& progress) {
    const auto now = Clock::now();
    if (is_quiet_ || now < next_) return;
    next_ = now + (is_live_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(10'000));
    if (progress.done == 0) return;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = static_cast<double>(progress.done) / seconds;
    const double left = static_cast<double>(progress.of - progress.done) / rate;
    fmt::print(stderr, "{}seeds {} of {}  anomalies {}  unknown {}  {:.0f} runs/s  {:.0f} s left{}",
               is_live_ ? "\r\033[K" : "", progress.done, progress.of, progress.invalid,
               progress.unknown, rate, left, is_live_ ? "" : "\n");
    std::fflush(stderr);
  }
  void finish() const {
    if (is_live_ && !is_quiet_) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool is_live_;
  bool is_quiet_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_ + std::chrono::milliseconds(300);
};

void say_counts(const char* title, const std::map<std::string, std::uint64_t>& counts) {
  std::size_t shown = 0;
  for (const auto& [name, count] : counts) {
    if (shown++ == shown_names) {
      fmt::print("  {:<10} ... and {} other kinds\n", "", counts.size() - shown_names);
      return;
    }
    fmt::print("  {:<10} {:>6} x {}\n", shown == 1 ? title : "", count, name);
  }
}

ExitCode run_campaign(const Experiment& experiment, const RunFlags& flags) {
  const SeedRange seeds = seeds_of(experiment, flags);
  const Interruption interruption;
  SeedsDisplay display(flags.quiet);
  SeedsOptions options;
  options.threads = static_cast<unsigned>(
      flags.threads.value_or(static_cast<int>(experiment.plan.check_threads)));
  options.until_anomaly = flags.until_anomaly;
  options.progress = [&](const SeedsProgress& progress) { display.show(progress); };
  options.should_stop = [&] { return !interruption.reason().empty(); };
  const auto start = Clock::now();
  const SeedsResult result = run_seeds(experiment.plan, experiment.manifest, seeds, options);
  display.finish();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  fmt::print("{} of {} seeds in {:.1f} s: {} valid, {} invalid, {} unknown\n",
             result.outcomes.size(), seeds.count(), seconds, result.valid, result.invalid,
             result.unknown);
  fmt::print("  {:<10} {}\n", "rate",
             failure_rate_words(result.invalid, result.valid + result.invalid));
  say_counts("anomalies", result.anomalies);
  say_counts("unknown", result.unknown_reasons);
  std::fflush(stdout);
  if (!result.first_anomaly) {
    if (result.was_stopped) return ExitCode::interrupted;
    return exit_code_of(validity_of(result));
  }
  fmt::print("\nthe first that failed, seed {}:\n\n", result.first_anomaly->seed);
  RunFlags one = flags;
  one.seed = fmt::format("{}", result.first_anomaly->seed);
  one.seeds.reset();
  one.until_anomaly = false;
  return simulate_and_report(resolve_experiment(one, result.first_anomaly->seed), one).code;
}

// What the failure looks like, by the records that travel with the target.
std::vector<std::string> hints_for(const SimulatedRun& run, const TargetManifest& manifest) {
  if (run.judgement.validity != Validity::invalid) return {};
  const auto file = std::filesystem::path(manifest.file).parent_path() / "signatures.jsonl";
  if (!std::filesystem::exists(file)) return {};
  const auto records = read_signatures(read_file(file), file.string());
  return hint_words(compare(signature_of(run), records), manifest);
}

}  // namespace

StoredSimulation simulate_and_report(const Experiment& experiment, const RunFlags& flags) {
  const RunFolder folder = RunFolder::create(flags.runs_folder, experiment.plan.name);
  const Interruption interruption;
  SimulationExtras extras;
  extras.folder = &folder;
  extras.callbacks.should_stop = [&] { return interruption.reason(); };
  const auto start = Clock::now();
  SimulatedRun run = simulate(experiment.plan, experiment.manifest, extras);
  run.record.version = version_text;
  run.record.repeat_with = experiment.repeat_with;
  run.record.costs.emplace();
  run.record.costs->operations = static_cast<std::int64_t>(run.history.operations().size());
  run.record.costs->judging = Clock::now() - start;
  StoredSimulation stored;
  stored.folder = folder.path().string();
  run.record.hints = hints_for(run, experiment.manifest);
  stored.code = report_run(run.record, run.history.operations(), run.judgement, folder,
                           {flags.quiet, flags.no_color, flags.junit});
  if (flags.ladder) say_ladder(run.history, make_workload(experiment.plan).model, experiment.plan);
  stored.run = std::move(run);
  return stored;
}

ExitCode run_simulated(const Experiment& experiment, const RunFlags& flags) {
  if (flags.seeds || flags.until_anomaly) return run_campaign(experiment, flags);
  return simulate_and_report(experiment, flags).code;
}

}  // namespace faultrig
