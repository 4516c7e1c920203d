// A plan: one experiment, complete. Read from TOML (or made from flags), defaults filled in, seed
// fixed; written back to the run folder in the form it can be read again.
//
//   [run]      name label target workload backend seed nodes clients duration_ms rate timeout_ms
//              ready_ms progress_ms converge_ms settle_ms capture
//   [target]   bugs = ["raft-double-vote", "raft-no-fsync@n2"], and the target's own options
//   [workload] options of the workload, and [[workload.script]] steps instead of its random load
//              (workloads/operation_script.hpp)
//   [BACKEND]  options of that backend: [sim] (harness/sim/sim_cluster.hpp), [local], [docker],
//   [ssh] [nemesis]  faults = ["partition", "kill"], common options, [nemesis.FAMILY] options, and
//              [[nemesis.script]] steps: at_ms, fault, for_ms, and the fault's parameters
//   [check]    steps, megabytes, threads
//   [expect]   verdict = "invalid", checker = "linearizable", attempts = 3 (for label negative)
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/options.hpp"

namespace faultrig {

struct RunPlan {
  std::string file;      // where it was read; empty when made from flags
  std::string name;      // of the run folder; letters, digits, - and _
  std::string label;     // "demo", "negative" ...
  std::string target;    // a bundled name, or the path of a target.toml
  std::string workload;  // empty: the target's default
  std::string backend = "local";
  std::optional<std::uint64_t> seed;           // fixed by resolve()
  int nodes = 5;                               // 1 to 99
  int clients = 10;                            // 1 to 1000
  std::chrono::milliseconds duration{30'000};  // of the main phase
  int rate = 500;                              // operations a second in all; 0: as fast as possible
  std::chrono::milliseconds timeout{1'000};    // of one client request
  std::chrono::milliseconds ready{10'000};     // for the target to get ready
  // Time in which a majority must serve a client while the rest may stay broken; 0: not asked.
  std::chrono::milliseconds progress{0};
  // Time after healing in which the nodes must come to agree; 0: not asked. Looked at inside the
  // nodes where a backend can, and by the final reads of workloads that compare them.
  std::chrono::milliseconds convergence{0};
  std::chrono::milliseconds settle{20'000};  // for connectivity and the first success after healing
  bool capture = false;                      // write capture.pcapng

  std::vector<std::string> bugs;  // "NAME" or "NAME@node"
  Options target_options;
  Options workload_options;
  std::vector<Options> workload_script;
  std::map<std::string, Options> backend_options;  // by the name of the backend; see below

  std::vector<std::string> faults;     // families or kinds; empty: none
  Options nemesis_options;             // common to all families
  std::vector<Options> fault_options;  // one a family: table() is "nemesis.FAMILY"
  std::vector<Options> fault_script;   // instead of a random schedule

  std::uint64_t check_steps = 200'000'000;
  std::uint64_t check_bytes = std::uint64_t{2} << 30;
  unsigned check_threads = 2;
  // What the history is held against, a word of checkers/promises.hpp; "none"; empty: what the
  // workload is usually held against.
  std::string promise;
  bool stop_on_anomaly = false;  // end the main phase at the first certain violation

  // What a plan that ships with a planted bug promises to find.
  std::string expected_verdict;  // "valid", "invalid" or empty
  std::string expected_checker;
  int expected_attempts = 1;  // runs (seed, seed+1, ...) within which it must be found
};

// The backends for which a plan may have a table of options.
const std::vector<std::string>& backend_names();
// What the plan says for a backend; empty when it says nothing.
Options backend_options(const RunPlan& plan, const std::string& backend);

// What a run folder may be named: letters, digits, - and _.
bool is_run_name(std::string_view text);

// Throw UsageError with file, line, column and the nearest known key.
RunPlan read_plan(std::string_view toml, const std::string& file);
RunPlan read_plan_file(const std::string& path);
// TOML that read_plan turns into an equal plan.
std::string to_toml(const RunPlan& plan);

}  // namespace faultrig
