// `faultrig check FILE...`: judges histories that exist already, one verdict line each.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "campaign/judge.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"
#include "checkers/history/timeline.hpp"
#include "checkers/invariants/activity.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "checkers/models/catalog.hpp"
#include "cli/commands.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"
#include "reports/story.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;

struct LoadedHistory {
  std::string source;
  History history;
  std::vector<std::string> warnings;
  std::string model;
  Value initial;
  bool is_drawing = false;
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

// A drawing names its own model and initial value; for a history the flags do.
LoadedHistory load(const std::string& name, const CheckFlags& flags) {
  fs::path path = name;
  if (fs::is_directory(path)) path /= "history.jsonl";
  const std::string text = read_file(path);
  if (path.extension() == ".txt") {
    Timeline drawing = parse_timeline(text, path.string());
    const auto option = [&](const char* key, const std::string& fallback) {
      const auto at = drawing.options.find(key);
      return at == drawing.options.end() ? fallback : at->second;
    };
    return {path.string(),
            std::move(drawing.history),
            {},
            known_model(option("model", flags.model)),
            json_value(option("initial", flags.initial), path.string() + ": initial"),
            true};
  }
  JsonLinesHistory read = read_history_jsonl(text, path.string());
  return {path.string(),
          std::move(read.history),
          std::move(read.warnings),
          known_model(flags.model),
          json_value(flags.initial, "--initial"),
          false};
}

ExitCode check_one(const std::string& name, const CheckFlags& flags) {
  const LoadedHistory loaded = load(name, flags);
  for (const std::string& warning : loaded.warnings) fmt::print(stderr, "warning: {}\n", warning);
  const CheckBudget budget{flags.steps, static_cast<std::size_t>(flags.megabytes) << 20,
                           flags.threads};
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(make_linearizability_checker(loaded.model, loaded.initial));
  // A drawing is a case, however small; a recorded history in which nothing succeeded shows
  // nothing.
  if (!loaded.is_drawing) checkers.push_back(std::make_unique<ActivityChecker>());
  const Judgement judgement = judge(loaded.history, checkers, budget, nullptr);
  const ExitCode code = exit_code_of(judgement.validity);
  fmt::print("{}: {} ({} operations, {})\n", loaded.source, to_string(judgement.validity),
             loaded.history.operations().size(), judgement.verdicts.front().procedure);
  if (!flags.quiet && judgement.validity != Validity::valid) {
    const Report report{nullptr, loaded.history.operations(), judgement.verdicts,
                        judgement.validity, static_cast<int>(code)};
    fmt::print("{}", story(report));
  }
  std::fflush(stdout);
  return code;
}

}  // namespace

ExitCode check_command(const CheckFlags& flags) {
  known_model(flags.model);
  json_value(flags.initial, "--initial");
  ExitCode code = ExitCode::valid;
  for (const std::string& file : flags.files) {
    // One unreadable file must not cost the verdicts on the others.
    const int one = with_exit_codes([&] { return check_one(file, flags); });
    code = worse(code, static_cast<ExitCode>(one));
  }
  return code;
}

}  // namespace faultrig
