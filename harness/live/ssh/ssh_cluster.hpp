// Backend `ssh`: every node on a remote host of its own, where an agent starts it and makes the
// faults; clients connect from this machine, which is their one client machine, c1.
//
// The hosts' network carries everything, so links are cut where packets arrive (see
// harness/live/agent/packet_filter.hpp) and only as the hosts' kernels can. IPv4 only.
#pragma once

#include <memory>
#include <string>

#include "harness/live/backends.hpp"
#include "harness/live/live_cluster.hpp"

namespace faultrig::live {

// Why no host can do it and what would make it possible; empty when some can.
std::string ssh_cannot(Capability capability);

// How many nodes the plan's hosts can take. Throws UsageError.
int ssh_machine_count(const RunPlan& plan);

std::unique_ptr<LiveCluster> make_ssh_cluster(const ClusterParts& parts);

}  // namespace faultrig::live
