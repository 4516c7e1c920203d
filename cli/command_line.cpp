// The flag parser: turns the command line into a command's flags and calls it. No logic.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "checkers/history/any_history.hpp"
#include "checkers/promises.hpp"
#include "cli/commands.hpp"
#include "harness/errors.hpp"

namespace faultrig {
namespace {

// What one parse selects.
struct Selected {
  RunFlags run;
  CheckFlags check;
  SelftestFlags selftest;
  ReplayFlags replay;
  ShrinkFlags shrink;
  ListFlags list;
  DoctorFlags doctor;
  CleanFlags clean;
  std::function<ExitCode()> command;
};

void add_run(CLI::App& app, Selected& selected) {
  RunFlags& flags = selected.run;
  CLI::App* run = app.add_subcommand("run", "Deploy a target, break it, judge what clients saw");
  run->add_option("target", flags.target, "Bundled target (faultrig list targets) or target.toml");
  run->add_option("--plan", flags.plan, "Plan file, or a shipped one (faultrig list plans)");
  run->add_option("--faults", flags.faults, "Families or kinds, comma-separated; or none");
  run->add_option("--bug", flags.bugs, "Planted bug, NAME or NAME@node; may be repeated");
  run->add_option("--duration", flags.duration, "Of the main phase: 30s, 1500ms, 2m");
  run->add_option("--nodes", flags.nodes, "Number of nodes");
  run->add_option("--clients", flags.clients, "Number of clients");
  run->add_option("--rate", flags.rate, "Operations a second in all; 0: as fast as possible");
  run->add_option("--seed", flags.seed, "Repeat the choices of an earlier run");
  run->add_option("--workload", flags.workload, "What the clients do");
  run->add_option("--backend", flags.backend, "What the nodes run on (faultrig list backends)");
  run->add_option("--hosts", flags.hosts, "With --backend ssh: the file that names the hosts");
  run->add_option("--timeout", flags.timeout, "Of one client request");
  run->add_option("--settle", flags.settle, "Time to recover after healing");
  run->add_option("--attempts", flags.attempts, "Repeat with the next seed until an anomaly");
  run->add_option("--seeds", flags.seeds, "With --backend sim: every seed of FIRST..LAST");
  run->add_flag("--until-anomaly", flags.until_anomaly,
                "With --backend sim: seed after seed, to the first that fails");
  run->add_option("--promise", flags.promise,
                  "Hold the history against this instead of what the target promises; or none");
  run->add_flag("--stop-on-anomaly", flags.stop_on_anomaly,
                "End a run at its first certain violation of linearizability");
  run->add_option("--check-limit", flags.check_limit,
                  "Budget of the checkers like 60s,4GiB; past it the verdict is unknown");
  run->add_flag("--ladder", flags.ladder, "Also the strongest promises that the history keeps");
  run->add_option("--threads", flags.threads, "Simulated runs at a time");
  run->add_option("--set", flags.settings, "Any option of a plan: TABLE.KEY=VALUE");
  run->add_option("--name", flags.name, "Of the run folder");
  run->add_option("--runs", flags.runs_folder, "Folder of run folders");
  run->add_option("--junit", flags.junit, "Write a JUnit report to this file");
  run->add_flag("--capture", flags.capture, "Write capture.pcapng of all packets");
  run->add_flag("--quiet", flags.quiet, "Only the verdict line");
  run->add_flag("--no-color", flags.no_color, "Plain text on a terminal as well");
  run->callback([&] { selected.command = [&] { return run_command(selected.run); }; });
}

void add_check(CLI::App& app, Selected& selected) {
  CheckFlags& flags = selected.check;
  CLI::App* check = app.add_subcommand("check", "Judge histories without running anything");
  check
      ->add_option("files", flags.files,
                   "Histories of any tool (history.jsonl, Jepsen's history.edn, logs), drawings, "
                   "run folders")
      ->required();
  check->add_option("--model", flags.model,
                    "What the object is (faultrig list models); else what the file says, else "
                    "cas-register");
  check->add_option("--checker", flags.checker,
                    "Instead of a model: single properties (faultrig list checkers)");
  check->add_option("--promise", flags.promise, "With --checker: what reads must show, and when")
      ->check(CLI::IsMember({"linearizable", "eventual"}));
  check->add_option("--initial", flags.initial, "Its initial value, as JSON");
  check->add_option("--format", flags.format, "Forces one of " + history_format_names());
  check->add_option("--keyed", flags.keyed, "Are values pairs [key, value]?")
      ->check(CLI::IsMember({"yes", "no", "auto"}));
  check
      ->add_option("--consistency", flags.consistency,
                   "The promise to hold it against; else that of the run's workload, else "
                   "linearizable")
      ->check(CLI::IsMember(promise_names()));
  check->add_flag("--ladder", flags.ladder, "The strongest promises that hold");
  check->add_option("--order", flags.order_file,
                    "Writes the order that shows a valid history linearizable, as JSON lines");
  check->add_option("--check-limit", flags.limit,
                    "Budget like 60s,4GiB; past it the verdict is unknown");
  check->add_option("--threads", flags.threads, "Keys judged at a time")->check(CLI::Range(1, 256));
  check->add_flag("--quiet", flags.quiet, "Only the verdict lines");
  check->callback([&] { selected.command = [&] { return check_command(selected.check); }; });
}

void add_selftest(CLI::App& app, Selected& selected) {
  SelftestFlags& flags = selected.selftest;
  CLI::App* selftest = app.add_subcommand(
      "selftest", "Find every planted bug of a target, and nothing in the clean one");
  selftest->add_option("--target", flags.target, "Bundled target");
  selftest->add_option("--bug", flags.bug, "Only this planted bug");
  selftest->add_option("--budget", flags.budget, "Time for all; what is not tried is unknown");
  selftest->add_option("--finds", flags.finds, "Finds after which a bug counts as well known")
      ->check(CLI::Range(1, 1000));
  selftest->add_option("--threads", flags.threads, "Runs at a time")->check(CLI::Range(1, 256));
  selftest->add_option("--json", flags.json, "Where the table goes as JSON");
  selftest->add_option("--record", flags.record, "Where the signatures for hints go");
  selftest->add_option("--runs", flags.runs_folder, "Folder of run folders");
  selftest->callback(
      [&] { selected.command = [&] { return selftest_command(selected.selftest); }; });
}

void add_again(CLI::App& app, Selected& selected) {
  ReplayFlags& replay_flags = selected.replay;
  CLI::App* replay = app.add_subcommand("replay", "Repeat a stored simulated run, exactly");
  replay->add_option("run", replay_flags.run, "Run folder")->required();
  replay->add_flag("--compare", replay_flags.compare,
                   "Run twice and name the first step and the first draw that differ");
  replay->add_flag("--quiet", replay_flags.quiet, "Only whether it was the same");
  replay->callback([&] { selected.command = [&] { return replay_command(selected.replay); }; });

  ShrinkFlags& flags = selected.shrink;
  CLI::App* shrink =
      app.add_subcommand("shrink", "Find the fewest faults and operations that still fail");
  shrink->add_option("run", flags.run, "Run folder of a simulated run that failed")->required();
  shrink->add_option("--budget", flags.budget, "Time for all of it");
  shrink->add_option("--threads", flags.threads, "Runs at a time")->check(CLI::Range(1, 256));
  shrink->add_option("--runs", flags.runs_folder, "Folder of run folders");
  shrink->add_flag("--quiet", flags.quiet, "Only the result");
  shrink->callback([&] { selected.command = [&] { return shrink_command(selected.shrink); }; });
}

void add_others(CLI::App& app, Selected& selected) {
  CLI::App* list = app.add_subcommand("list", "Show what there is");
  list->add_option("what", selected.list.what,
                   "targets, workloads, faults, backends, models, checkers, plans, runs")
      ->required();
  list->add_option("--backend", selected.list.backend,
                   "With faults: which work there, and why not");
  list->add_option("--runs", selected.list.runs_folder, "Folder of run folders");
  list->callback([&] { selected.command = [&] { return list_command(selected.list); }; });

  CLI::App* doctor = app.add_subcommand("doctor", "Try what a run needs from this machine");
  doctor->add_option("--runs", selected.doctor.runs_folder, "Folder of run folders");
  doctor->callback([&] { selected.command = [&] { return doctor_command(selected.doctor); }; });

  CLI::App* clean = app.add_subcommand("clean", "Undo what killed runs left behind");
  clean->add_option("--runs", selected.clean.runs_folder, "Folder of run folders");
  clean->callback([&] { selected.command = [&] { return clean_command(selected.clean); }; });
}

// Says it in our words, with the nearest command, before the parser would complain of its own.
void refuse_unknown_command(const std::string& word) {
  const std::vector<std::string> commands = {"run",    "check", "selftest", "replay",
                                             "shrink", "list",  "doctor",   "clean"};
  if (word.starts_with("-") || std::ranges::count(commands, word) > 0) return;
  throw UsageError("unknown command `" + word + "`", did_you_mean(word, commands));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"faultrig finds the moments when a distributed system breaks its promises"};
  app.set_version_flag("--version", std::string("faultrig ") + version_text);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 valid, 1 anomaly, 2 unknown, 3 environment, 4 nothing selected,\n"
      "130 interrupted, 254 usage, 255 internal error.\n"
      "Start with: faultrig doctor; faultrig run raft_kv");
  Selected selected;
  add_run(app, selected);
  add_check(app, selected);
  add_selftest(app, selected);
  add_again(app, selected);
  add_others(app, selected);
  if (argc > 1) {
    const int refused = with_exit_codes([&] {
      refuse_unknown_command(argv[1]);
      return ExitCode::valid;
    });
    if (refused != 0) return refused;
  }
  // Found on the PATH it was called by its name alone.
  if (std::string(argv[0]).find('/') != std::string::npos) {
    selected.run.program = selected.shrink.program = argv[0];
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      app.exit(error);
      return static_cast<int>(ExitCode::valid);
    }
    fmt::print(stderr, "faultrig: {}; see `{} --help`\n", error.what(), argv[0]);
    return static_cast<int>(ExitCode::usage);
  }
  const int code = with_exit_codes(selected.command);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  // A verdict that nobody could read is no verdict; but an anomaly still wins.
  std::fputs("faultrig: cannot write to standard output, so what it said is not complete\n",
             stderr);
  return static_cast<int>(worse(static_cast<ExitCode>(code), ExitCode::environment));
}

}  // namespace faultrig
