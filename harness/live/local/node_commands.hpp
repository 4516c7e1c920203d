// From manifest and plan to the exact program of each node: placeholders, options, planted bugs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/live/client_network.hpp"
#include "harness/live/spawn/node_program.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig::live {

// Where one node lives. All paths absolute.
struct NodePlace {
  std::string name;
  NodeAddress address;
  std::filesystem::path folder;  // log.txt, trace.jsonl and data/ are below

  std::filesystem::path data() const { return folder / "data"; }
  std::filesystem::path trace() const { return folder / "trace.jsonl"; }
  std::filesystem::path log() const { return folder / "log.txt"; }
};

// The programs of all nodes in order, without descriptors. {seed} is a function of the run's seed
// and the node, so that programs which only use it as given do not all draw the same numbers.
// Throws UsageError for unknown placeholders, options, bugs and nodes.
std::vector<NodeProgram> node_programs(const RunPlan& plan, const TargetManifest& manifest,
                                       const std::vector<NodePlace>& places,
                                       const std::filesystem::path& programs);

// The file that exec would find; without a slash along PATH. Empty: none.
std::string find_program(const std::string& name);

// Throws EnvironmentError when the program is missing or not executable, naming the manifest.
void expect_executable(const NodeProgram& program, const TargetManifest& manifest);

}  // namespace faultrig::live
