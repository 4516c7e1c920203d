// What goes where on the remote hosts: folders, the program with its arguments, and the files that
// must be sent there.
//
// The command is made for paths on the host; whatever of it lies in {bin} or {manifest} and is a
// file here is uploaded. Everything else must be on the host already.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/live/client_network.hpp"
#include "harness/live/spawn/node_program.hpp"
#include "harness/live/ssh/hosts.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"

namespace faultrig::live {

struct Deployment {
  std::string node;
  SshHost host;
  std::string folder;  // the run's own there
  NodeAddress address;
  NodeProgram program;      // paths on the host
  std::string node_folder;  // log.txt, trace.jsonl and data/ are below, there
  std::vector<std::pair<std::filesystem::path, std::string>> upload;
};

// One for each node in order; `run` names this run on the hosts. Throws UsageError, and
// EnvironmentError for what is missing here and for a host name that has no IPv4 address.
std::vector<Deployment> plan_deployment(const RunPlan& plan, const TargetManifest& manifest,
                                        const std::filesystem::path& programs,
                                        const std::vector<SshHost>& hosts, const std::string& run);

// What to do about an agent that the host's shell could not start, by the status it ended with;
// empty for any other.
std::string remedy_for_exit(int status);

}  // namespace faultrig::live
