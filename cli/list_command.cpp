// `faultrig list WHAT`: one line a thing, its name first.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "checkers/history/json.hpp"
#include "checkers/invariants/catalog.hpp"
#include "checkers/models/catalog.hpp"
#include "cli/backend.hpp"
#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"
#include "nemesis/nemesis.hpp"
#include "reports/words.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;

void list_targets() {
  for (const std::string& name : bundled_targets()) {
    const TargetManifest manifest = find_target(name);
    fmt::print("{:<12} {}\n", name, manifest.summary);
    for (const PlantedBug& bug : manifest.bugs) {
      fmt::print("  --bug {:<34} {}\n", bug.name, bug.summary);
    }
  }
}

void list_faults(const std::optional<std::string>& backend) {
  if (backend) refuse_unknown_backend(*backend);
  std::string family;
  for (const FaultDescription& fault : fault_catalog()) {
    if (fault.family != family) fmt::print("{}\n", family = fault.family);
    const std::string why = backend ? obstacle(fault, *backend) : "";
    if (why.empty()) {
      fmt::print("  {:<28} {}\n", fault.name, fault.summary);
    } else {
      fmt::print("  {:<28} not on {}: {}\n", fault.name, *backend, why);
    }
  }
}

void list_backends() {
  for (const std::string& name : available_backends()) {
    fmt::print("{:<8} {}\n", name, summary_of_backend(name));
  }
}

void list_workloads() {
  constexpr std::size_t width = 80;
  const std::string indent(17, ' ');
  for (const WorkloadDescription& workload : workload_catalog()) {
    fmt::print("{:<16} {}", workload.name,
               wrapped(workload.summary, indent, width).substr(indent.size()));
    fmt::print("{}", wrapped(fmt::format("needs: {} ({})", workload.needs,
                                         fmt::join(workload.promises, ", ")),
                             indent, width));
    fmt::print("{}",
               wrapped(fmt::format("faults: {}", fmt::join(workload.faults, ", ")), indent, width));
  }
}

void list_plans() {
  for (const std::string& name : bundled_plans()) {
    const RunPlan plan = find_plan(name);
    const std::string bugs =
        plan.bugs.empty() ? "" : fmt::format("  bug {}", fmt::join(plan.bugs, ", "));
    fmt::print("{:<44} {:<9}{}\n", name, plan.label, bugs);
  }
}

// What verdict.json says, or why there is none.
std::string outcome_of_run(const fs::path& folder) {
  if (!fs::exists(folder / "verdict.json"))
    return fs::exists(folder / "history.jsonl") ? "no verdict" : "did not start";
  try {
    return parse_json(read_file(folder / "verdict.json")).string_or("validity", "unreadable");
  } catch (const JsonError&) {
    return "unreadable";
  }
}

ExitCode list_runs(const std::string& runs_folder) {
  std::vector<fs::path> folders;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(runs_folder, missing)) {
    if (entry.is_directory() && !entry.is_symlink()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    fmt::print("{:<40} {}\n", folder.string(), outcome_of_run(folder));
  }
  if (folders.empty()) fmt::print(stderr, "no runs in {}\n", runs_folder);
  return folders.empty() ? ExitCode::nothing_selected : ExitCode::valid;
}

}  // namespace

const std::vector<std::string>& listable() {
  static const std::vector<std::string> words = {"targets", "workloads", "faults", "backends",
                                                 "models",  "checkers",  "plans",  "runs"};
  return words;
}

ExitCode list_command(const ListFlags& flags) {
  if (flags.what == "targets") {
    list_targets();
  } else if (flags.what == "workloads") {
    list_workloads();
  } else if (flags.what == "faults") {
    list_faults(flags.backend);
  } else if (flags.what == "backends") {
    list_backends();
  } else if (flags.what == "models") {
    for (const auto& model : model_catalog()) fmt::print("{:<14} {}\n", model.name, model.summary);
  } else if (flags.what == "checkers") {
    for (const auto& checker : invariant_catalog()) {
      fmt::print("{:<14} {}\n", checker.name, checker.summary);
    }
  } else if (flags.what == "plans") {
    list_plans();
  } else if (flags.what == "runs") {
    return list_runs(flags.runs_folder);
  } else {
    throw UsageError(fmt::format("nothing called `{}` to list", flags.what),
                     did_you_mean(flags.what, listable()));
  }
  return ExitCode::valid;
}

}  // namespace faultrig
