#include "cli/stored_run.hpp"

#include <fmt/format.h>

#include "checkers/history/json.hpp"
#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"

namespace faultrig {

StoredRun read_simulated_run(const std::string& folder) {
  namespace fs = std::filesystem;
  StoredRun run;
  run.folder = folder;
  if (!fs::exists(run.folder / "plan.toml")) {
    throw UsageError(fmt::format("`{}` is no run folder: it has no plan.toml", folder),
                     "`faultrig list runs` shows the runs there are");
  }
  run.plan = read_plan_file((run.folder / "plan.toml").string());
  run.manifest = find_target(run.plan.target);
  if (fs::exists(run.folder / "run.json")) {
    try {
      const Value record = parse_json(read_file(run.folder / "run.json"));
      run.version = record.string_or("version", "");
      run.repeat_with = record.string_or("repeat_with", "");
      const Value* simulation = record.find("simulation");
      if (simulation != nullptr) run.digest = simulation->string_or("digest", "");
    } catch (const JsonError& error) {
      throw UsageError(fmt::format("{}/run.json is damaged: {}", folder, error.what()),
                       "its plan.toml can still be run: faultrig run --plan " +
                           (run.folder / "plan.toml").string());
    }
  }
  if (run.plan.backend == "sim" && run.plan.seed) return run;
  throw UsageError(fmt::format("`{}` is a run on backend `{}`, which cannot be repeated exactly",
                               folder, run.plan.backend),
                   run.repeat_with.empty() ? "only simulated runs (--backend sim) can"
                                           : "its choices are repeated by: " + run.repeat_with);
}

std::string version_warning(const StoredRun& run) {
  if (run.version.empty() || run.version == version_text) return "";
  return fmt::format(
      "{} was stored by faultrig {}, and this is {}: only the version that stored a "
      "run is sure to repeat it",
      run.folder.string(), run.version, version_text);
}

}  // namespace faultrig
