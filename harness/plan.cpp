#include "harness/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "harness/store.hpp"
#include "harness/toml_reader.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds one_day{86'400'000};
constexpr std::int64_t largest = INT64_MAX;

// TOML integers end at 2^63 - 1; a larger seed is written as a string of digits.
std::optional<std::uint64_t> read_seed(const Options& run) {
  if (!run.has("seed")) return std::nullopt;
  if (!run.entries().at("seed").value.is_string()) {
    return static_cast<std::uint64_t>(run.integer("seed", 0, 0, largest));
  }
  const std::string text = run.text("seed", "");
  std::uint64_t seed = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw run.error("seed", fmt::format("`run.seed` is \"{}\", no whole number from 0 to {}", text,
                                        UINT64_MAX));
  }
  return seed;
}

void read_run(const Options& run, RunPlan& plan) {
  run.expect_only({"name", "label", "target", "workload", "backend", "seed", "nodes", "clients",
                   "duration_ms", "rate", "timeout_ms", "ready_ms", "progress_ms", "converge_ms",
                   "settle_ms", "capture"});
  plan.name = run.text("name", plan.name);
  if (!is_run_name(plan.name)) {
    throw run.error("name", fmt::format("`run.name` is \"{}\", but names a folder", plan.name),
                    "use up to 64 letters, digits, - and _");
  }
  plan.label = run.text("label", plan.label);
  plan.target = run.text("target", "");
  if (plan.target.empty()) {
    throw run.error("target", "`run.target` is missing: the system to test",
                    "name a bundled target, or the path of a target.toml");
  }
  plan.workload = run.text("workload", plan.workload);
  plan.backend = run.text("backend", plan.backend);
  plan.seed = read_seed(run);
  plan.nodes = static_cast<int>(run.integer("nodes", plan.nodes, 1, 99));
  plan.clients = static_cast<int>(run.integer("clients", plan.clients, 1, 1000));
  plan.duration = run.milliseconds("duration_ms", plan.duration, milliseconds(1), one_day);
  plan.rate = static_cast<int>(run.integer("rate", plan.rate, 0, 1'000'000));
  plan.timeout = run.milliseconds("timeout_ms", plan.timeout, milliseconds(1), one_day);
  plan.ready = run.milliseconds("ready_ms", plan.ready, milliseconds(1), one_day);
  plan.progress = run.milliseconds("progress_ms", plan.progress, milliseconds(0), one_day);
  plan.convergence = run.milliseconds("converge_ms", plan.convergence, milliseconds(0), one_day);
  plan.settle = run.milliseconds("settle_ms", plan.settle, milliseconds(1), one_day);
  plan.capture = run.boolean("capture", plan.capture);
}

// `from` without the named options, and without those that are tables of their own.
Options without(const TomlTable& from, const std::vector<std::string>& names,
                const std::string& file) {
  Options rest(file, from.options.table(), from.line, from.column);
  for (const auto& [name, entry] : from.options.entries()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    rest.set(name, entry.value, entry.line, entry.column);
  }
  return rest;
}

void read_nemesis(const TomlTable& nemesis, RunPlan& plan) {
  plan.faults = nemesis.options.texts("faults", {});
  std::vector<std::string> elsewhere = {"faults", "script"};
  for (const auto& [family, table] : nemesis.tables) {
    if (family == "script") continue;
    plan.fault_options.push_back(table.plain());
    elsewhere.push_back(family);
  }
  for (const auto& [name, list] : nemesis.lists) {
    if (name != "script") {
      throw list.front().options.error("", fmt::format("unknown list `nemesis.{}`", name),
                                       "the only list of tables is [[nemesis.script]]");
    }
  }
  for (const TomlTable& step : nemesis.list("script")) plan.fault_script.push_back(step.plain());
  plan.nemesis_options = without(nemesis, elsewhere, plan.file);
}

void read_workload(const TomlTable& workload, RunPlan& plan) {
  for (const TomlTable& step : workload.list("script")) {
    plan.workload_script.push_back(step.plain());
  }
  if (!workload.lists.contains("script")) {
    plan.workload_options = workload.plain();
    return;
  }
  workload.expect_only_tables({"script"});
  plan.workload_options = without(workload, {"script"}, plan.file);
}

void read_check(const Options& check, RunPlan& plan) {
  check.expect_only({"steps", "megabytes", "threads", "promise", "stop_on_anomaly"});
  plan.check_steps = static_cast<std::uint64_t>(
      check.integer("steps", static_cast<std::int64_t>(plan.check_steps), 1, largest));
  plan.check_bytes =
      static_cast<std::uint64_t>(check.integer(
          "megabytes", static_cast<std::int64_t>(plan.check_bytes >> 20), 1, 1'048'576))
      << 20;
  plan.check_threads = static_cast<unsigned>(check.integer("threads", plan.check_threads, 1, 1024));
  plan.promise = check.text("promise", plan.promise);
  plan.stop_on_anomaly = check.boolean("stop_on_anomaly", plan.stop_on_anomaly);
}

void read_expect(const Options& expect, RunPlan& plan) {
  expect.expect_only({"verdict", "checker", "attempts"});
  plan.expected_verdict = expect.text("verdict", "");
  if (!plan.expected_verdict.empty() && plan.expected_verdict != "valid" &&
      plan.expected_verdict != "invalid") {
    throw expect.error("verdict", fmt::format("`expect.verdict` is \"{}\"", plan.expected_verdict),
                       "a plan can promise \"valid\" or \"invalid\"");
  }
  plan.expected_checker = expect.text("checker", "");
  plan.expected_attempts =
      static_cast<int>(expect.integer("attempts", plan.expected_attempts, 1, 10'000));
}

// --- writing ---

void write_options(std::string& out, const Options& options) {
  for (const auto& [name, entry] : options.entries()) {
    out += fmt::format("{} = {}\n", toml_key(name), toml_value(entry.value));
  }
}

Value list_of(const std::vector<std::string>& texts) {
  return Value(Value::List(texts.begin(), texts.end()));
}

void write_run(std::string& out, const RunPlan& plan) {
  Options run;
  run.set("name", plan.name);
  run.set("label", plan.label);
  run.set("target", plan.target);
  run.set("workload", plan.workload);
  run.set("backend", plan.backend);
  if (plan.seed) {
    const bool fits = *plan.seed <= static_cast<std::uint64_t>(largest);
    run.set("seed", fits ? Value(*plan.seed) : Value(fmt::format("{}", *plan.seed)));
  }
  run.set("nodes", plan.nodes);
  run.set("clients", plan.clients);
  run.set("duration_ms", plan.duration.count());
  run.set("rate", plan.rate);
  run.set("timeout_ms", plan.timeout.count());
  run.set("ready_ms", plan.ready.count());
  run.set("progress_ms", plan.progress.count());
  run.set("converge_ms", plan.convergence.count());
  run.set("settle_ms", plan.settle.count());
  run.set("capture", plan.capture);
  out += "[run]\n";
  write_options(out, run);
}

void write_nemesis(std::string& out, const RunPlan& plan) {
  out += "\n[nemesis]\n";
  out += fmt::format("faults = {}\n", toml_value(list_of(plan.faults)));
  write_options(out, plan.nemesis_options);
  for (const Options& family : plan.fault_options) {
    const auto& path = family.table();
    out += fmt::format("\n[nemesis.{}]\n", toml_key(path.substr(path.find('.') + 1)));
    write_options(out, family);
  }
  for (const Options& step : plan.fault_script) {
    out += "\n[[nemesis.script]]\n";
    write_options(out, step);
  }
}

}  // namespace

const std::vector<std::string>& backend_names() {
  static const std::vector<std::string> names = {"sim", "local", "docker", "ssh"};
  return names;
}

Options backend_options(const RunPlan& plan, const std::string& backend) {
  const auto found = plan.backend_options.find(backend);
  return found == plan.backend_options.end() ? Options(plan.file, backend) : found->second;
}

bool is_run_name(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_';
         });
}

RunPlan read_plan(std::string_view toml, const std::string& file) {
  const TomlTable root = read_toml(toml, file);
  std::vector<std::string> tables = {"run", "target", "workload", "nemesis", "check", "expect"};
  tables.insert(tables.end(), backend_names().begin(), backend_names().end());
  root.expect_only_tables(tables);
  root.options.expect_only(tables);  // a plain value of such a name is refused by table()
  RunPlan plan;
  plan.file = file;
  const bool has_run = root.tables.contains("run") || root.options.has("run");
  if (!has_run && !root.lists.contains("run")) {
    throw UsageError("the table [run] is missing", "a plan says at least [run] target = \"...\"",
                     file, 1, 1);
  }
  read_run(root.table("run").plain(), plan);
  const TomlTable& target = root.table("target");
  target.plain();
  plan.bugs = target.options.texts("bugs", {});
  plan.target_options = without(target, {"bugs"}, file);
  read_workload(root.table("workload"), plan);
  for (const std::string& backend : backend_names()) {
    if (root.tables.contains(backend) || root.options.has(backend) ||
        root.lists.contains(backend)) {
      plan.backend_options.emplace(backend, root.table(backend).plain());
    }
  }
  read_nemesis(root.table("nemesis"), plan);
  read_check(root.table("check").plain(), plan);
  read_expect(root.table("expect").plain(), plan);
  return plan;
}

RunPlan read_plan_file(const std::string& path) {
  try {
    return read_plan(read_file(path), path);
  } catch (const EnvironmentError& error) {
    throw UsageError(error.what(), "name the path of a plan (TOML)");
  }
}

std::string to_toml(const RunPlan& plan) {
  std::string out;
  write_run(out, plan);
  out += "\n[target]\n";
  out += fmt::format("bugs = {}\n", toml_value(list_of(plan.bugs)));
  write_options(out, plan.target_options);
  out += "\n[workload]\n";
  write_options(out, plan.workload_options);
  for (const Options& step : plan.workload_script) {
    out += "\n[[workload.script]]\n";
    write_options(out, step);
  }
  for (const auto& [backend, options] : plan.backend_options) {
    out += fmt::format("\n[{}]\n", backend);
    write_options(out, options);
  }
  write_nemesis(out, plan);
  out += fmt::format(
      "\n[check]\nsteps = {}\nmegabytes = {}\nthreads = {}\npromise = {}\nstop_on_anomaly = {}\n",
      plan.check_steps, plan.check_bytes >> 20, plan.check_threads, toml_value(plan.promise),
      plan.stop_on_anomaly);
  out += fmt::format("\n[expect]\nverdict = {}\nchecker = {}\nattempts = {}\n",
                     toml_value(plan.expected_verdict), toml_value(plan.expected_checker),
                     plan.expected_attempts);
  return out;
}

}  // namespace faultrig
