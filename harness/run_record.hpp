// Everything a finished (or broken-off) run knows about itself, beside its history: what reports
// are made of. Plain data; stored as run.json in the run folder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/fault_injector.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct NodeRecord {
  NodeName name;
  std::string address;
  std::string log_file;               // relative to the run folder
  std::vector<std::string> log_tail;  // its last lines
  std::vector<std::string> deaths;    // ends that no fault caused: "exit 1 at 3.2 s"
  // Why it did not run when the run ended, after every fault was undone: "exit 1"; empty if it did.
  std::string down_at_end = {};
};

// A promise of the target's nodes to each other that was broken, seen from outside.
struct BrokenInvariant {
  std::string property;  // "election-safety"
  std::string what;
  std::vector<std::string> circumstances;  // facts that tell one defect from another
  Time at{};
  NodeName node;  // whose step showed it
  std::uint64_t step = 0;
};

// Liveness: with only a majority healed, does the system get on?
struct ProgressRecord {
  std::vector<NodeName> core;  // healed
  Time begun{};
  std::chrono::milliseconds within{};  // the promise
  std::optional<Time> reached;         // first success of a client
};

// Liveness: with everything healed, do the nodes come to agree?
struct ConvergenceRecord {
  Time begun{};
  std::chrono::milliseconds within{};  // the promise
  std::optional<Time> reached;
  std::string disagreement;  // the last one seen
};

// How far the wall clocks of the nodes were from the true time, as measured.
struct ClockReading {
  Time at{};
  std::map<NodeName, std::chrono::nanoseconds> offsets;
};

// What a simulation says about itself.
struct SimulationRecord {
  std::string digest;  // equal digests: the same run
  std::uint64_t steps = 0;
  std::uint64_t events = 0;
};

// What the nodes' traces gave to judge.
struct TraceRecord {
  std::uint64_t lines = 0;
  std::vector<NodeName> with_gaps;  // lines of theirs are missing
};

// What the run itself cost, beside the experiment; measured by whoever ran it.
struct RunCosts {
  std::optional<Duration> first_operation;  // since the program was started
  std::int64_t operations = 0;              // judged
  Duration judging{};
  Duration reporting{};
};

struct RunRecord {
  RunPlan plan;
  std::string target_summary;
  std::string folder;       // "runs/0007-raft_kv"
  std::string started_at;   // wall clock, RFC 3339
  std::string version;      // of faultrig
  std::string repeat_with;  // the command that repeats this run

  // Instants on the run's clock; empty when the phase was not reached.
  std::optional<Time> ready;  // the target accepted connections; the main phase began
  std::optional<Time> main_ended;
  std::optional<Time> healed;     // every fault undone and links clear
  std::optional<Time> connected;  // connectivity measured whole
  bool reads_at_end = true;       // the workload has final reads, by which recovery is measured
  std::optional<Time> recovered;  // first successful operation after healing
  std::optional<Time> ended;

  // Where the plan asks for it and the run came so far.
  std::optional<ProgressRecord> progress;
  std::optional<ConvergenceRecord> convergence;
  std::vector<FaultRecord> faults;
  // When a fault of clocks begins or ends, and from time to time while one is in force.
  std::vector<ClockReading> clocks;
  std::vector<BrokenInvariant> broken_invariants;  // in the order of discovery
  std::optional<SimulationRecord> simulation;
  std::optional<TraceRecord> traces;  // where trace invariants were judged
  std::vector<NodeRecord> nodes;
  Connectivity connectivity;       // the last measurement after healing
  std::vector<std::string> hints;  // what a failure looks like, in sentences
  std::vector<std::string> warnings;
  std::string interrupted;        // why the run was made to stop early; empty otherwise
  std::string saw_enough;         // why it ended its main phase itself; empty otherwise
  std::string environment_error;  // what the machine refused; empty otherwise
  std::optional<RunCosts> costs;
};

// {"n1":3600000000000,"n2":0}, nanoseconds.
Value offsets_value(const ClockReading& reading);

// As one JSON object, without the plan (it has a file of its own).
Value to_value(const RunRecord& record);

}  // namespace faultrig
