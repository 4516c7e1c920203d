// `faultrig check FILE...`: judges histories that exist already, one verdict line each.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "campaign/judge.hpp"
#include "checkers/history/any_history.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"
#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/catalog.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "checkers/models/catalog.hpp"
#include "checkers/promises.hpp"
#include "cli/check_limit.hpp"
#include "cli/commands.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"
#include "reports/ladder.hpp"
#include "reports/story.hpp"
#include "reports/words.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;

// A history, and what it is held against.
struct Case {
  std::string source;
  AnyHistory read;
  std::string model;
  Value initial;
  std::vector<std::unique_ptr<Checker>> of_workload;  // of a run folder; empty: none are known
  std::string consistency;                            // a name of checkers/promises.hpp
  std::string checker;  // of single properties; empty: consistency of the model
  Promise promise = Promise::customary;
};

Value json_value(const std::string& text, const std::string& where) {
  try {
    return parse_json(text);
  } catch (const JsonError& error) {
    throw UsageError(fmt::format("{} {}: {}", where, text, error.what()),
                     "write it as JSON: 0, null, \"a\"");
  }
}

std::string known_model(const std::string& name) {
  std::vector<std::string> models;
  for (const auto& model : model_catalog()) models.push_back(model.name);
  try {
    return canonical_model_name(name);
  } catch (const std::invalid_argument&) {
    // Said again below, in the words of the command line.
  }
  throw UsageError(fmt::format("unknown model `{}`", name), did_you_mean(name, models));
}

Promise promise_from(const std::string& word) {
  return word == "linearizable" ? Promise::linearizable
         : word == "eventual"   ? Promise::eventual
                                : Promise::customary;
}

void refuse_checker_flags(const CheckFlags& flags) {
  if (flags.checker.empty()) {
    if (flags.promise.empty()) return;
    throw UsageError("--promise is for --checker", "a model is held against --consistency");
  }
  if (make_invariant_checker(flags.checker) == nullptr) {
    std::vector<std::string> checkers;
    for (const auto& checker : invariant_catalog()) checkers.push_back(checker.name);
    throw UsageError(fmt::format("unknown checker `{}`", flags.checker),
                     did_you_mean(flags.checker, checkers));
  }
  if (!flags.model.empty() || flags.ladder || !flags.order_file.empty()) {
    throw UsageError("--checker asks for no order, and --model, --ladder and --order do",
                     "leave one of them out");
  }
}

std::optional<HistoryFormat> known_format(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto format = history_format_from(name);
  if (!format) {
    throw UsageError(fmt::format("unknown format `{}`", name),
                     "known are " + history_format_names());
  }
  return format;
}

Keyed keyed_from(const std::string& word) {
  return word == "yes" ? Keyed::yes : word == "no" ? Keyed::no : Keyed::find_out;
}

// A run is judged as it was judged when it ended, unless a flag says otherwise.
std::vector<std::unique_ptr<Checker>> checkers_of_run(const fs::path& folder,
                                                      const CheckFlags& flags) {
  const bool is_said = !flags.model.empty() || !flags.consistency.empty() || !flags.checker.empty();
  if (is_said || !flags.order_file.empty() || !fs::exists(folder / "plan.toml")) return {};
  return std::move(make_workload(read_plan_file((folder / "plan.toml").string())).checkers);
}

// A drawing names its own model and initial value, some logs their model; a flag goes before.
Case load(const std::string& name, const CheckFlags& flags) {
  fs::path path = name;
  Case loaded;
  loaded.consistency = flags.consistency.empty() ? "linearizable" : flags.consistency;
  loaded.checker = flags.checker;
  loaded.promise = promise_from(flags.promise);
  if (fs::is_directory(path)) {
    loaded.of_workload = checkers_of_run(path, flags);
    path /= "history.jsonl";
  }
  loaded.source = path.string();
  loaded.read = read_any_history(read_file(path), path.string(), known_format(flags.format),
                                 keyed_from(flags.keyed));
  // What a drawing is drawn for, unless the command line asks for something else.
  if (flags.checker.empty() && flags.model.empty() &&
      make_invariant_checker(loaded.read.checker) != nullptr) {
    loaded.checker = loaded.read.checker;
  }
  const auto& promises = promise_names();
  const bool names_a_promise =
      std::find(promises.begin(), promises.end(), loaded.read.checker) != promises.end();
  if (flags.checker.empty() && flags.consistency.empty() && names_a_promise) {
    loaded.consistency = loaded.read.checker;
  }
  const auto promise = loaded.read.options.find("promise");
  if (flags.promise.empty() && promise != loaded.read.options.end()) {
    loaded.promise = promise_from(promise->second);
  }
  const std::string& named = flags.model.empty() ? loaded.read.model : flags.model;
  loaded.model = known_model(named.empty() ? "cas-register" : named);
  const auto initial = loaded.read.options.find("initial");
  loaded.initial = initial == loaded.read.options.end()
                       ? json_value(flags.initial, "--initial")
                       : json_value(initial->second, path.string() + ": initial");
  return loaded;
}

CheckBudget budget_of(const CheckFlags& flags) {
  CheckBudget budget;
  budget.threads = flags.threads;
  if (!flags.limit.empty()) apply_check_limit(flags.limit, budget);
  return budget;
}

// Each operation of a linearization as a line: the key's order, one key after the other.
void write_order(const Linearization& linearization, const std::string& file) {
  std::string lines;
  for (const Linearization::Object& object : linearization.objects) {
    for (const Operation& operation : object.order) {
      Value::Map line = {{"process", operation.process},
                         {"f", operation.f},
                         {"input", operation.input},
                         {"output", operation.output},
                         {"outcome", to_string(operation.outcome)},
                         {"invoked_at", operation.invoked_at}};
      if (object.key) line.emplace_back("key", *object.key);
      lines += to_json(Value(std::move(line))) + '\n';
    }
  }
  write_file(file, lines);
}

// A run of ours shows nothing in which some kind of operation never succeeded. Of another tool's
// history the promise is what was asked for, so there it is a warning only, unless nothing
// succeeded at all. A drawing is a case, however small.
bool must_have_succeeded(const Case& loaded) {
  if (loaded.read.format == HistoryFormat::jsonl || loaded.read.history.empty()) return true;
  const auto operations = loaded.read.history.operations();
  return loaded.read.format != HistoryFormat::drawing &&
         std::none_of(operations.begin(), operations.end(),
                      [](const Operation& operation) { return operation.outcome == Outcome::ok; });
}

Judgement judge_case(const Case& loaded, const CheckFlags& flags, const CheckBudget& budget) {
  if (!loaded.of_workload.empty()) {
    return judge(loaded.read.history, loaded.of_workload, budget, nullptr);
  }
  std::vector<std::unique_ptr<Checker>> checkers;
  if (!loaded.checker.empty()) {
    checkers.push_back(make_invariant_checker(loaded.checker, loaded.promise));
    if (must_have_succeeded(loaded)) checkers.push_back(std::make_unique<ActivityChecker>());
    return judge(loaded.read.history, checkers, budget, nullptr);
  }
  if (loaded.consistency == "linearizable") {
    checkers.push_back(make_linearizability_checker(loaded.model, loaded.initial,
                                                    {.keep_order = !flags.order_file.empty()}));
  } else {
    checkers.push_back(make_promise_checker(loaded.consistency, loaded.model, loaded.initial));
  }
  if (must_have_succeeded(loaded)) {
    checkers.push_back(std::make_unique<ActivityChecker>());
  }
  return judge(loaded.read.history, checkers, budget, nullptr);
}

void warn(const Case& loaded) {
  for (const std::string& warning : loaded.read.warnings) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  if (must_have_succeeded(loaded) || loaded.read.format == HistoryFormat::drawing) return;
  for (const std::string& gap : ActivityChecker().check(loaded.read.history, {}).reasons) {
    fmt::print(stderr, "warning: {}: {}, so the verdict says little\n", loaded.source, gap);
  }
}

ExitCode check_one(const std::string& name, const CheckFlags& flags) {
  const Case loaded = load(name, flags);
  warn(loaded);
  const CheckBudget budget = budget_of(flags);
  const Judgement judgement = judge_case(loaded, flags, budget);
  const ExitCode code = exit_code_of(judgement.validity);
  fmt::print("{}: {} ({}, {})\n", loaded.source, to_string(judgement.validity),
             counted(loaded.read.history.operations().size(), "operation"),
             judgement.verdicts.front().procedure);
  if (flags.ladder) {
    fmt::print("{}", ladder_words(loaded.read.history, loaded.model, loaded.initial, budget));
  }
  if (!flags.quiet && judgement.validity != Validity::valid) {
    const Report report{nullptr, loaded.read.history.operations(), judgement.verdicts,
                        judgement.validity, static_cast<int>(code)};
    fmt::print("{}", story(report));
  }
  const auto* order = std::get_if<Linearization>(&judgement.verdicts.front().evidence);
  if (order != nullptr) write_order(*order, flags.order_file);
  std::fflush(stdout);
  return code;
}

}  // namespace

ExitCode check_command(const CheckFlags& flags) {
  if (!flags.model.empty()) known_model(flags.model);
  refuse_checker_flags(flags);
  known_format(flags.format);
  json_value(flags.initial, "--initial");
  budget_of(flags);
  if (!flags.order_file.empty() && flags.files.size() > 1) {
    throw UsageError("--order writes the order of one history", "check the files one by one");
  }
  ExitCode code = ExitCode::valid;
  for (const std::string& file : flags.files) {
    // One unreadable file must not cost the verdicts on the others.
    const int one = with_exit_codes([&] { return check_one(file, flags); });
    code = worse(code, static_cast<ExitCode>(one));
  }
  return code;
}

}  // namespace faultrig
