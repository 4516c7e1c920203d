// Containers on faultrig's own user-space switch, as on backend `local`, so that links, rules and
// counters are the same.
//
// A node's network namespace is held by a container of its own that does nothing, without any
// network of the engine's; our TUN device is made in it. The container of the node itself shares
// it, so that kill and start keep namespace, address and device. Client machines are namespaces of
// this process. The node's folder (data, trace) is bound to /faultrig inside.
#pragma once

#include <memory>

#include "harness/live/backends.hpp"

namespace faultrig::live {

// Throws NoSwitch (node_containers.hpp) where the devices cannot be made: without CAP_SYS_ADMIN,
// or when the engine's processes are not among those of this machine that we see.
std::unique_ptr<LiveCluster> make_switched_docker(const ClusterParts& parts);

}  // namespace faultrig::live
