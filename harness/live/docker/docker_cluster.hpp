// Backend `docker`: every node a container, joined by the same user-space switch as on backend
// `local`, so that links, rules and counters are the same.
//
// A node's network namespace is held by a container of its own that does nothing, without any
// network of the engine's; our TUN device is made in it. The container of the node itself shares
// it, so that kill and start keep namespace, address and device. Client machines are namespaces of
// this process. The node's folder (data, trace) is bound to /faultrig inside; what it writes to its
// output flows into log.txt.
//
// Needs an engine on this machine, CAP_SYS_ADMIN, and our PID namespace to be the engine's.
// Options, [docker] of a plan: network = "switch"; boot_times and trap_waits as on backend local.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/live/backends.hpp"

namespace faultrig::live {

// plan.nodes nodes n1..., and as many client machines c1.... Removes what dead runs left on the
// engine. Call while the process has one thread: a watcher is forked. Throws EnvironmentError.
std::unique_ptr<LiveCluster> make_docker_cluster(const ClusterParts& parts);

// Removes what dead runs left on the engine; a line about each. Nothing where there is no engine.
std::vector<std::string> clean_docker();

}  // namespace faultrig::live
