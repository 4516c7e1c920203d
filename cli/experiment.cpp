#include "cli/experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "campaign/promises.hpp"
#include "campaign/simulated_run.hpp"
#include "campaign/targets.hpp"
#include "checkers/history/json.hpp"
#include "cli/backend.hpp"
#include "cli/bundled.hpp"
#include "cli/check_limit.hpp"
#include "harness/errors.hpp"
#include "harness/live/backends.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto at = std::min(text.find(separator), text.size());
    if (at > 0) parts.emplace_back(text.substr(0, at));
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return parts;
}

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size()) return seed;
  throw UsageError(fmt::format("--seed `{}` is no whole number from 0 to {}", text, UINT64_MAX));
}

// As a shell reads it back.
std::string quoted(const std::string& word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./,@:+=").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

int in_range(int value, int low, int high, std::string_view flag) {
  if (value >= low && value <= high) return value;
  throw UsageError(fmt::format("{} is {}, outside {} to {}", flag, value, low, high));
}

// JSON where it is JSON, else plain text: 5, true, ["a"], word.
Value setting_value(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const JsonError&) {
    return Value(text);
  }
}

Options& options_of_table(RunPlan& plan, const std::string& table) {
  if (table == "target") return plan.target_options;
  if (table == "workload") return plan.workload_options;
  if (table == "nemesis") return plan.nemesis_options;
  if (table.starts_with("nemesis.")) {
    for (Options& options : plan.fault_options) {
      if (options.table() == table) return options;
    }
    return plan.fault_options.emplace_back("--set", table);
  }
  const auto& backends = backend_names();
  if (std::find(backends.begin(), backends.end(), table) != backends.end()) {
    return plan.backend_options.try_emplace(table, "--set", table).first->second;
  }
  throw UsageError(fmt::format("--set: unknown table `{}`", table),
                   fmt::format("tables are target, workload, nemesis, nemesis.FAMILY and {}; "
                               "everything else has a flag of its own",
                               fmt::join(backends, ", ")));
}

void apply_setting(RunPlan& plan, const std::string& setting) {
  const auto equals = setting.find('=');
  const auto dot = setting.rfind('.', equals);
  if (equals == std::string::npos || dot == std::string::npos || dot == 0) {
    throw UsageError(fmt::format("--set {}: not of the form TABLE.KEY=VALUE", setting),
                     "for example --set nemesis.partition.duration_ms=5000");
  }
  options_of_table(plan, setting.substr(0, dot))
      .set(setting.substr(dot + 1, equals - dot - 1),
           setting_value(std::string_view(setting).substr(equals + 1)));
}

// Upwards, since plans count the memory of checkers in megabytes.
std::uint64_t whole_megabytes(std::uint64_t bytes) {
  constexpr std::uint64_t megabyte = std::uint64_t{1} << 20;
  return (bytes + megabyte - 1) / megabyte * megabyte;
}

void apply_flags(RunPlan& plan, const RunFlags& flags) {
  if (!flags.target.empty()) plan.target = flags.target;
  if (flags.name) {
    if (!is_run_name(*flags.name)) {
      throw UsageError(fmt::format("--name `{}` cannot name a folder", *flags.name),
                       "use letters, digits, - and _");
    }
    plan.name = *flags.name;
  }
  if (flags.workload) plan.workload = *flags.workload;
  if (flags.backend) plan.backend = *flags.backend;
  if (flags.nodes) plan.nodes = in_range(*flags.nodes, 1, 99, "--nodes");
  if (flags.clients) plan.clients = in_range(*flags.clients, 1, 1000, "--clients");
  if (flags.rate) plan.rate = in_range(*flags.rate, 0, 1'000'000, "--rate");
  if (flags.duration) plan.duration = parse_duration(*flags.duration, "--duration");
  if (flags.timeout) plan.timeout = parse_duration(*flags.timeout, "--timeout");
  if (flags.settle) plan.settle = parse_duration(*flags.settle, "--settle");
  if (flags.seed) plan.seed = parse_seed(*flags.seed);
  if (flags.attempts) plan.expected_attempts = in_range(*flags.attempts, 1, 10'000, "--attempts");
  if (flags.capture) plan.capture = true;
  if (flags.promise) plan.promise = *flags.promise;
  if (flags.stop_on_anomaly) plan.stop_on_anomaly = true;
  if (flags.check_limit) {
    CheckBudget budget = budget_of(plan);
    apply_check_limit(*flags.check_limit, budget);
    plan.check_steps = budget.steps;
    plan.check_bytes = whole_megabytes(budget.bytes);
  }
  if (flags.faults) {
    plan.fault_script.clear();
    plan.faults = split(*flags.faults, ',');
    if (plan.faults.empty()) {
      throw UsageError(fmt::format("--faults `{}` names no fault", *flags.faults),
                       "`faultrig list faults` shows them; --faults none asks for none");
    }
    if (*flags.faults == "none") plan.faults.clear();
  }
  for (const std::string& bug : flags.bugs) {
    for (std::string& name : split(bug, ',')) plan.bugs.push_back(std::move(name));
  }
  for (const std::string& setting : flags.settings) apply_setting(plan, setting);
  if (!flags.hosts) return;
  if (plan.backend != "ssh")
    throw UsageError("--hosts is for hosts that are reached by ssh", "add --backend ssh");
  // The stored plan repeats the run from anywhere.
  options_of_table(plan, "ssh").set("hosts_file", std::filesystem::absolute(*flags.hosts).string());
}

// Where the backend's machines are given, and nobody says how many nodes, each has one.
void fit_to_machines(RunPlan& plan, bool count_is_given) {
  const live::Backend* backend = live::find_backend(plan.backend);
  if (backend == nullptr || backend->machine_count == nullptr) return;
  const int count = backend->machine_count(plan);
  if (!count_is_given) plan.nodes = count;
  if (plan.nodes <= count) return;
  throw UsageError(
      fmt::format("{} nodes, but backend `{}` has {} hosts", plan.nodes, plan.backend, count),
      fmt::format("name more hosts, or --nodes {}", count));
}

void refuse_unknown(const std::string& what, const std::string& word,
                    const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  throw UsageError(fmt::format("unknown {} `{}`", what, word), did_you_mean(word, known));
}

void refuse_unknown_bugs(const RunPlan& plan, const TargetManifest& manifest) {
  std::vector<std::string> bugs;
  for (const PlantedBug& bug : manifest.bugs) bugs.push_back(bug.name);
  std::vector<std::string> nodes;
  for (int i = 1; i <= plan.nodes; ++i) nodes.push_back(fmt::format("n{}", i));
  for (const std::string& bug : plan.bugs) {
    const auto at = bug.find('@');
    if (bugs.empty()) {
      throw UsageError(
          fmt::format("target `{}` has no planted bugs, so not `{}`", manifest.name, bug));
    }
    refuse_unknown("planted bug", bug.substr(0, at), bugs);
    if (at != std::string::npos) refuse_unknown("node", bug.substr(at + 1), nodes);
  }
}

// What comes back from a system that does not speak a workload looks like one that serves nobody.
void refuse_unserved_workload(const RunPlan& plan, const TargetManifest& manifest) {
  const std::vector<std::string>& served = manifest.workloads;
  if (served.empty() || std::find(served.begin(), served.end(), plan.workload) != served.end())
    return;
  if (find_workload(plan.workload) == nullptr) return;  // refused elsewhere
  throw UsageError(
      fmt::format("target `{}` does not serve workload `{}`", manifest.name, plan.workload),
      fmt::format("its manifest says it serves {}", fmt::join(served, ", ")), plan.file);
}

std::vector<std::string> faults_named_by(const RunPlan& plan) {
  std::vector<std::string> words = plan.faults;
  for (const Options& step : plan.fault_script) words.push_back(step.text("fault", ""));
  return words;
}

// Also a second time by the nemesis; but there a run folder exists already.
void refuse_impossible_faults(const RunPlan& plan) {
  for (const std::string& word : faults_named_by(plan)) {
    refuse_unknown("fault", word, fault_words());
    std::string why;
    bool is_possible = false;
    for (const FaultDescription& fault : fault_catalog()) {
      if (fault.name != word && fault.family != word) continue;
      why = obstacle(fault, plan.backend);
      is_possible = is_possible || why.empty();
    }
    if (is_possible) continue;
    throw UsageError(
        fmt::format("fault `{}` cannot be done on backend `{}`: {}", word, plan.backend, why),
        fmt::format("choose other faults: `faultrig list faults --backend {}`", plan.backend));
  }
}

bool can_do_all_of(const std::string& family, const std::string& backend) {
  const auto& catalog = fault_catalog();
  return std::all_of(catalog.begin(), catalog.end(), [&](const FaultDescription& fault) {
    const bool is_drawn = fault.family == family && fault.use != FaultUse::scripted;
    return !is_drawn || obstacle(fault, backend).empty();
  });
}

// What the workload is after, as far as the backend can do it. A simulation is not tied to what one
// machine can do, nor to one adversary for all seeds.
std::vector<std::string> default_faults(const RunPlan& plan) {
  if (plan.backend == "sim") return {"swarm"};
  const WorkloadDescription* workload = find_workload(plan.workload);
  if (workload == nullptr) return {};  // and is refused
  std::vector<std::string> faults = workload->faults;
  std::erase_if(faults,
                [&](const std::string& family) { return !can_do_all_of(family, plan.backend); });
  return faults;
}

std::string command_to_repeat(const RunFlags& flags, const RunPlan& plan) {
  std::string command = quoted(flags.program) + " run";
  if (!flags.target.empty()) command += " " + quoted(flags.target);
  if (!flags.plan.empty()) command += " --plan " + quoted(flags.plan);
  const auto add = [&](const char* flag, const auto& value) {
    if (value) command += fmt::format(" {} {}", flag, quoted(fmt::format("{}", *value)));
  };
  for (const std::string& bug : flags.bugs) command += " --bug " + quoted(bug);
  add("--faults", flags.faults);
  add("--duration", flags.duration);
  add("--nodes", flags.nodes);
  add("--clients", flags.clients);
  add("--rate", flags.rate);
  add("--timeout", flags.timeout);
  add("--settle", flags.settle);
  add("--backend", flags.backend);
  add("--hosts", flags.hosts);
  add("--workload", flags.workload);
  for (const std::string& setting : flags.settings) command += " --set " + quoted(setting);
  add("--check-limit", flags.check_limit);
  add("--promise", flags.promise);
  if (flags.stop_on_anomaly) command += " --stop-on-anomaly";
  if (flags.capture) command += " --capture";
  return command + fmt::format(" --seed {}", *plan.seed);
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text, std::string_view flag) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size() - end);
  const double factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  const double milliseconds = number * factor;
  if (error != std::errc() || factor == 0 || !(milliseconds >= 1) || milliseconds > 86'400'000) {
    throw UsageError(fmt::format("{} `{}` is no duration between 1 ms and a day", flag, text),
                     "write for example 30s, 1500ms or 2m");
  }
  return std::chrono::milliseconds(std::llround(milliseconds));
}

Experiment resolve_experiment(const RunFlags& flags, std::uint64_t fresh_seed) {
  if (flags.target.empty() && flags.plan.empty()) {
    throw UsageError("nothing to run", "name a target (faultrig run raft_kv) or a plan (--plan)");
  }
  Experiment experiment;
  RunPlan& plan = experiment.plan;
  if (!flags.plan.empty()) {
    plan = find_plan(flags.plan);
  } else if (flags.backend == "sim") {
    plan.duration = std::chrono::seconds(10);
    plan.rate = 200;
  }
  apply_flags(plan, flags);
  if (plan.target.empty()) throw UsageError("the plan names no target", "add target = \"...\"");
  experiment.manifest = find_target(plan.target);
  // The stored plan repeats the run from anywhere.
  if (plan.target.ends_with(".toml")) plan.target = std::filesystem::absolute(plan.target);
  if (plan.name.empty()) plan.name = experiment.manifest.name;
  if (plan.workload.empty() && !experiment.manifest.workloads.empty()) {
    plan.workload = experiment.manifest.workloads.front();
  }
  if (!plan.seed) plan.seed = fresh_seed;
  refuse_unknown_backend(plan.backend);
  check_backend_options(plan);
  if (flags.plan.empty() && !flags.faults) plan.faults = default_faults(plan);
  fit_to_machines(plan, flags.nodes.has_value() || !flags.plan.empty());
  refuse_unserved_workload(plan, experiment.manifest);
  refuse_unknown_bugs(plan, experiment.manifest);
  refuse_impossible_faults(plan);
  promise_consistency(plan, experiment.manifest);
  if (plan.backend == "sim") promise_progress(plan, experiment.manifest);
  promise_convergence(plan, experiment.manifest);
  make_workload(plan);  // refuses an unknown workload or option
  // Somebody's own manifest may bear a bundled name and other options.
  if (!plan.target.ends_with(".toml")) check_target(plan, experiment.manifest);
  if (plan.backend == "sim") check_simulable(plan, experiment.manifest);
  experiment.repeat_with = command_to_repeat(flags, plan);
  return experiment;
}

}  // namespace faultrig
