// Backend `docker`: every node a container of a Docker engine. What they are joined by is for the
// plan to say (docker_options.hpp), or for what can be had.
//
// What a node writes to its output flows into log.txt, whatever the network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/live/backends.hpp"

namespace faultrig::live {

// plan.nodes nodes n1.... Removes what dead runs left on the engine. Call while the process has one
// thread: a watcher is forked. Throws EnvironmentError.
std::unique_ptr<LiveCluster> make_docker_cluster(const ClusterParts& parts);

// Why not all of its clusters can do what some can; empty when all can, or none.
std::string docker_sometimes_cannot(Capability capability);

// Removes what dead runs left on the engine; a line about each. Nothing where there is no engine.
std::vector<std::string> clean_docker();

}  // namespace faultrig::live
