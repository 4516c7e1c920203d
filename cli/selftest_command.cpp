// `faultrig selftest`: does the tool find every planted bug, and nothing in the clean target?
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "campaign/selftest.hpp"
#include "campaign/simulated_run.hpp"
#include "checkers/history/json.hpp"
#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "cli/experiment.hpp"
#include "cli/interruption.hpp"
#include "cli/run_reports.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::vector<SelftestCase> cases_of(const TargetManifest& manifest, const SelftestFlags& flags) {
  std::vector<std::string> known;
  std::vector<SelftestCase> cases;
  for (const PlantedBug& bug : manifest.bugs) {
    known.push_back(bug.name);
    if (flags.bug && *flags.bug != bug.name) continue;
    const fs::path file = fs::path(manifest.file).parent_path() / "selftest" / (bug.name + ".toml");
    if (!fs::exists(file)) {
      throw UsageError(fmt::format("planted bug `{}` has no plan to find it", bug.name),
                       fmt::format("write {}", file.string()));
    }
    RunFlags run;
    run.plan = file.string();
    run.seed = "1";
    Experiment experiment = resolve_experiment(run, 1);
    cases.push_back({bug, std::move(experiment.plan)});
  }
  if (!cases.empty()) return cases;
  if (flags.bug) {
    throw UsageError(fmt::format("target `{}` has no planted bug `{}`", manifest.name, *flags.bug),
                     did_you_mean(*flags.bug, known));
  }
  return cases;
}

std::string result_word(const SelftestRow& row) {
  if (!row.was_tried) return "NOT TRIED";
  if (!row.false_alarms.empty()) return "FALSE ALARM";
  return row.found > 0 ? "found" : "ESCAPED";
}

void print_table(const std::vector<SelftestRow>& rows) {
  fmt::print("{:<34} {:<11} {:>5} {:>7} {:>7} {:>8}  {}\n", "planted bug", "result", "seed",
             "median", "rate", "control", "first shown as");
  for (const SelftestRow& row : rows) {
    const std::string seed = row.first_seed ? std::to_string(*row.first_seed) : "-";
    fmt::print("{:<34} {:<11} {:>5} {:>7} {:>3}/{:<3} {:>4}/{:<3}  {}\n", row.bug, result_word(row),
               seed, row.median_seeds == 0 ? "-" : std::to_string(row.median_seeds), row.found,
               row.tried, row.control_valid, row.tried, row.anomaly);
    for (const std::string& alarm : row.false_alarms) fmt::print("    clean target, {}\n", alarm);
  }
}

Value to_value(const SelftestRow& row) {
  const auto texts = [](const std::vector<std::string>& list) {
    return Value(Value::List(list.begin(), list.end()));
  };
  return Value::map({{"bug", row.bug},
                     {"breaks", row.breaks},
                     {"result", result_word(row)},
                     {"first_seed", row.first_seed ? Value(*row.first_seed) : Value()},
                     {"median_seeds", row.median_seeds},
                     {"found", row.found},
                     {"tried", row.tried},
                     {"anomaly", row.anomaly},
                     {"also", texts(row.also)},
                     {"control_valid", row.control_valid},
                     {"control_unknown", row.control_unknown},
                     {"false_alarms", texts(row.false_alarms)},
                     {"took_ms", row.took.count()}});
}

void write_json(const fs::path& path, const TargetManifest& manifest,
                const std::vector<SelftestRow>& rows, Clock::duration took) {
  Value::List list;
  for (const SelftestRow& row : rows) list.push_back(to_value(row));
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  const Value report = Value::map({{"target", manifest.name},
                                   {"version", version_text},
                                   {"took_ms", milliseconds},
                                   {"bugs", Value(std::move(list))}});
  std::error_code ignored;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  write_file(path, to_json(report) + "\n");
}

ExitCode code_of(const std::vector<SelftestRow>& rows) {
  if (rows.empty()) return ExitCode::nothing_selected;
  ExitCode code = ExitCode::valid;
  for (const SelftestRow& row : rows) {
    if (!row.was_tried) {
      code = worse(code, ExitCode::unknown);
    } else if (!passed(row)) {
      code = worse(code, ExitCode::anomaly);
    }
  }
  return code;
}

void summarise(const std::vector<SelftestRow>& rows, Clock::duration took) {
  std::size_t found = 0;
  std::size_t alarms = 0;
  std::uint64_t control = 0;
  std::uint64_t unknown = 0;
  for (const SelftestRow& row : rows) {
    found += row.found > 0 ? 1 : 0;
    alarms += row.false_alarms.size();
    control += row.control_valid;
    unknown += row.control_unknown;
  }
  fmt::print(
      "\n{} of {} planted bugs found in {:.1f} s; the clean target: {} runs valid, {} false "
      "alarms, {} that tested too little\n",
      found, rows.size(), std::chrono::duration<double>(took).count(), control, alarms, unknown);
}

}  // namespace

ExitCode selftest_command(const SelftestFlags& flags) {
  const TargetManifest manifest = find_target(flags.target);
  const std::vector<SelftestCase> cases = cases_of(manifest, flags);
  const auto start = Clock::now();
  const auto budget = parse_duration(flags.budget, "--budget");
  const Interruption interruption;
  SelftestOptions options;
  options.threads = static_cast<unsigned>(flags.threads);
  options.finds = flags.finds;
  options.should_stop = [&] {
    return Clock::now() - start > budget || !interruption.reason().empty();
  };
  const bool is_live = on_terminal(stderr);
  options.progress = [&](const std::string& bug) {
    if (!is_live) return;
    fmt::print(stderr, "\r\033[Ktrying {}", bug);
    std::fflush(stderr);
  };
  const SelftestResult result = selftest(cases, manifest, options);
  if (is_live) fmt::print(stderr, "\r\033[K");
  const auto took = Clock::now() - start;
  print_table(result.rows);
  summarise(result.rows, took);
  std::fflush(stdout);
  const fs::path json = flags.json.empty()
                            ? fs::path(flags.runs_folder) / ("selftest-" + manifest.name + ".json")
                            : fs::path(flags.json);
  write_json(json, manifest, result.rows, took);
  fmt::print("{}\n", json.string());
  if (!flags.record.empty()) write_file(flags.record, to_text(result.signatures));
  if (!interruption.reason().empty()) return worse(code_of(result.rows), ExitCode::interrupted);
  return code_of(result.rows);
}

}  // namespace faultrig
