// The backends that run real processes: one plain table, for whoever picks, lists or makes one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/journal.hpp"
#include "harness/live/live_cluster.hpp"
#include "harness/live/probes.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"
#include "harness/store.hpp"

namespace faultrig::live {

// What a backend needs to set up the nodes of one run.
struct ClusterParts {
  const RunPlan& plan;
  const TargetManifest& manifest;
  const RunFolder& folder;
  const std::filesystem::path& programs;  // what {bin} stands for
  UndoJournal& journal;                   // told of everything outside the folder before it is made
};

struct Backend {
  std::string name;  // as in `--backend`
  std::string summary;
  // Runs inside run_in_sandbox, which ends with everything in it.
  bool is_sandboxed;
  // Why no cluster of it can do that, and what would make it possible; empty when some can.
  std::string (*cannot)(Capability capability);
  // The same for some of its clusters only, said with which; nullptr: all are alike.
  std::string (*sometimes_cannot)(Capability capability) = nullptr;
  // Throws UsageError for what is wrong in the plan's table of that name, whichever backend runs.
  void (*check_options)(const RunPlan& plan);
  // How many nodes the plan's machines can take; nullptr: as many as wanted. Throws UsageError.
  int (*machine_count)(const RunPlan& plan);
  // Machines and network are up when it returns; no node runs yet.
  std::unique_ptr<LiveCluster> (*make)(const ClusterParts& parts);
  // What the machine offers it, beside what probe_machine tries, by doing. May be nullptr.
  std::vector<Probe> (*probe)(const std::filesystem::path& programs) = nullptr;
  // Removes what dead runs left outside this machine's namespaces; a line about each thing. May be
  // nullptr: nothing is ever left.
  std::vector<std::string> (*clean)() = nullptr;
};

const std::vector<Backend>& backends();
// nullptr when there is none of that name.
const Backend* find_backend(const std::string& name);

}  // namespace faultrig::live
