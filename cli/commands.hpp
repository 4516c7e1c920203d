// The commands, one file each, and the flags each of them takes. Filled in by command_line.cpp, the
// only file that knows the flag parser.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"

namespace faultrig {

struct RunFlags {
  std::string program = "faultrig";  // as it was called, for the command that repeats the run
  std::string target;  // a bundled name, or the path of a target.toml; empty with --plan
  std::string plan;    // a shipped name (raft_kv/demo) or a path
  std::optional<std::string> name;
  std::optional<std::string> workload;
  std::optional<std::string> backend;
  std::optional<std::string> hosts;  // of backend ssh: a file
  std::optional<int> nodes;
  std::optional<int> clients;
  std::optional<std::string> duration;  // "30s", "1500ms", "2m"
  std::optional<std::string> timeout;
  std::optional<std::string> settle;
  std::optional<int> rate;
  std::optional<std::string> seed;    // digits; text, so that what does not fit is refused
  std::optional<std::string> faults;  // comma-separated; "none"
  std::vector<std::string> bugs;
  std::vector<std::string> settings;  // table.key=value
  std::optional<std::string> seeds;   // "1..1000"; simulations only
  bool until_anomaly = false;         // stop at the first seed that fails
  std::optional<int> threads;
  std::optional<int> attempts;
  std::optional<std::string> check_limit;  // "60s,4GiB"
  std::optional<std::string> promise;      // what the history is held against
  bool stop_on_anomaly = false;            // at the first certain one
  bool ladder = false;  // also tell the strongest promises that the history keeps
  std::optional<std::string> junit;
  std::string runs_folder = "runs";
  bool capture = false;
  bool quiet = false;
  bool no_color = false;
};

struct CheckFlags {
  std::vector<std::string> files;  // histories of any tool, drawings or run folders
  std::string model;               // empty: what the file names, else cas-register
  std::string checker;             // of single properties; empty: what a drawing names, else none
  std::string promise;             // linearizable, eventual; empty: what the checker is about
  std::string initial = "null";    // JSON
  std::string format;              // empty: found by looking at the content
  std::string keyed = "auto";      // yes, no, auto
  std::string consistency;         // empty: what the run's workload promises, else linearizable
  bool ladder = false;
  std::string order_file;  // where a linearization goes; empty for nowhere
  std::string limit;       // --check-limit; empty for the default
  unsigned threads = 2;
  bool quiet = false;
};

struct SelftestFlags {
  std::string target = "raft_kv";
  std::optional<std::string> bug;
  std::string budget = "10m";  // what is not tried by then is unknown
  int finds = 5;               // after which a bug counts as well known
  int threads = 2;
  std::string json;    // where the table goes as JSON; empty: into the runs folder
  std::string record;  // where the signatures for hints go; empty: nowhere
  std::string runs_folder = "runs";
};

struct ReplayFlags {
  std::string run;  // a run folder
  bool compare = false;
  bool quiet = false;
};

struct ShrinkFlags {
  std::string program = "faultrig";
  std::string run;  // a run folder
  std::string budget = "60s";
  int threads = 2;
  std::string runs_folder = "runs";
  bool quiet = false;
};

struct ListFlags {
  std::string what;
  std::optional<std::string> backend;
  std::string runs_folder = "runs";
};

struct CleanFlags {
  std::string runs_folder = "runs";
};

struct DoctorFlags {
  std::string runs_folder = "runs";
};

ExitCode run_command(const RunFlags& flags);
ExitCode check_command(const CheckFlags& flags);
ExitCode selftest_command(const SelftestFlags& flags);
ExitCode replay_command(const ReplayFlags& flags);
ExitCode shrink_command(const ShrinkFlags& flags);
ExitCode list_command(const ListFlags& flags);
ExitCode doctor_command(const DoctorFlags& flags);
ExitCode clean_command(const CleanFlags& flags);

// What can be listed, for the parser and for messages.
const std::vector<std::string>& listable();

// Parses and runs; returns the process's exit code.
int run_command_line(int argc, char** argv);

inline constexpr const char* version_text = "0.1.0";

}  // namespace faultrig
