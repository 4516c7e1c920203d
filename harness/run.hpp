// One experiment from set-up to tear-down, on whatever driver and cluster it is given:
// start the nodes and wait until they are ready -> main phase with faults -> (where the plan wants
// it) heal a majority only, cut off the rest, and wait for progress -> heal -> measure connectivity
// -> (where the plan wants it) wait until the nodes agree -> final reads, the first success of
// which is the recovery time -> stop.
//
// Healing happens on every way out: the end, an interruption, an error. An EnvironmentError in the
// middle ends the run but not the record: it is noted, and what history exists is kept and judged.
#pragma once

#include <functional>
#include <string>

#include "harness/cluster.hpp"
#include "harness/driver.hpp"
#include "harness/run_record.hpp"
#include "harness/store.hpp"

namespace faultrig {

// What the run acts with; all borrowed for the duration of the call.
struct RunParts {
  Cluster& cluster;
  Driver& driver;
  FaultInjector& injector;
  const ClientCodec& codec;
  GeneratorPtr main;   // clients and nemesis, unbounded or bounded; the run adds the time limit
  GeneratorPtr final;  // clients, after healing; may be nullptr
  const RunFolder* folder;  // nullptr: nothing is stored, as when thousands of runs are simulated
  std::function<void(const TraceEvent&)> on_trace;  // roles for the nemesis; may be empty
  // Every event of the history as it happens; may be empty.
  std::function<void(const Event&)> on_event = {};
  // Called when, after the final reads, the nodes have been left alone for `rest`, unless the run
  // was cut short; may be empty.
  Duration rest{};
  std::function<void()> at_rest = {};
  // Asked again and again while they are left alone: ends the rest early. May be empty.
  std::function<bool()> has_settled = {};
  // Clients, while some nodes are cut off, for the proof of progress; nullptr: `final`.
  GeneratorPtr probe = nullptr;
};

// What a progress display may show; called a few times a second and at every change of phase.
struct RunProgress {
  // "starting", "main", "progress", "healing", "convergence", "final reads", "stopping"
  std::string phase;
  Time now{};
  Time phase_ends{};  // 0 when not known
  std::int64_t ok = 0;
  std::int64_t fail = 0;
  std::int64_t info = 0;
  std::vector<std::string> faults;  // in force just now
};

struct RunCallbacks {
  std::function<void(const RunProgress&)> progress;  // may be empty
  std::function<std::string()> should_stop;          // "" to go on; may be empty
  // Why more load would tell nothing new, "" while it might: ends the main phase, after which the
  // run heals and stops without further questions. May be empty.
  std::function<std::string()> has_seen_enough = {};
};

// The record has no folder-independent fields missing but version, repeat_with and target_summary,
// which the caller knows. Never throws EnvironmentError once the folder exists.
RunRecord run_experiment(const RunPlan& plan, RunParts parts, const RunCallbacks& callbacks);

}  // namespace faultrig
