// `faultrig replay RUN`: a stored simulated run once more, and whether it was the same.
#include <fmt/format.h>

#include <cstdio>

#include "campaign/simulated_run.hpp"
#include "checkers/history/jsonl.hpp"
#include "cli/commands.hpp"
#include "cli/stored_run.hpp"
#include "harness/store.hpp"
#include "reports/story.hpp"

namespace faultrig {
namespace {

struct Repeated {
  SimulatedRun run;
  std::string history;  // as it would have been stored
};

Repeated repeat(const StoredRun& stored, sim::RunTrace* recording) {
  Repeated repeated;
  SimulationExtras extras;
  extras.recording = recording;
  extras.on_event = [&](const Event& event) { repeated.history += to_json_line(event) + "\n"; };
  repeated.run = simulate(stored.plan, stored.manifest, extras);
  return repeated;
}

// Two runs of this very program, step by step.
std::string difference_between_two(const StoredRun& stored) {
  sim::RunTrace first;
  sim::RunTrace second;
  repeat(stored, &first);
  repeat(stored, &second);
  return first_difference(first, second);
}

ExitCode explain_difference(const StoredRun& stored) {
  const std::string difference = difference_between_two(stored);
  if (difference.empty()) {
    fmt::print(
        "two runs of this program agree with each other, in every step and every draw: the "
        "stored run was made by another version or another build of the target\n");
  } else {
    fmt::print("{}\n", difference);
  }
  return ExitCode::unknown;
}

ExitCode compare_two(const StoredRun& stored) {
  const std::string difference = difference_between_two(stored);
  if (difference.empty()) {
    fmt::print("{}: two runs agree in every step and every draw\n", stored.folder.string());
    return ExitCode::valid;
  }
  fmt::print("{}: two runs of one seed differ\n{}\n", stored.folder.string(), difference);
  return ExitCode::anomaly;
}

}  // namespace

ExitCode replay_command(const ReplayFlags& flags) {
  const StoredRun stored = read_simulated_run(flags.run);
  if (const std::string warning = version_warning(stored); !warning.empty()) {
    fmt::print(stderr, "warning: {}\n", warning);
  }
  if (flags.compare) return compare_two(stored);
  const Repeated repeated = repeat(stored, nullptr);
  const std::string& digest = repeated.run.record.simulation->digest;
  const auto history_file = stored.folder / "history.jsonl";
  const bool has_history = std::filesystem::exists(history_file);
  const bool same_history = has_history && read_file(history_file) == repeated.history;
  if (digest != stored.digest || (has_history && !same_history)) {
    fmt::print("{}: another run: digest {} instead of {}, {} history\n", stored.folder.string(),
               digest, stored.digest.empty() ? "none" : stored.digest,
               same_history ? "the same" : "another");
    return explain_difference(stored);
  }
  fmt::print("{}: the same run again: digest {}, {} steps, {} operations{}\n",
             stored.folder.string(), digest, repeated.run.record.simulation->steps,
             repeated.run.history.operations().size(),
             has_history ? ", the same history byte for byte" : "");
  const ExitCode code = exit_code_of(repeated.run.judgement.validity);
  if (!flags.quiet) {
    const Report report{&repeated.run.record, repeated.run.history.operations(),
                        repeated.run.judgement.verdicts, repeated.run.judgement.validity,
                        static_cast<int>(code)};
    fmt::print("\n{}", story(report));
  }
  std::fflush(stdout);
  return code;
}

}  // namespace faultrig
