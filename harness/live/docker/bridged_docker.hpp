// Containers on a bridge network of the engine's own, for which its socket is all it takes: no
// root, no process or file of the engine's machine, which may be another one.
//
// A node's network is held by a helper (helper_host.hpp), a container of ours with CAP_NET_ADMIN
// there and nowhere else: it cuts the node's links by an nftables table in that namespace, as an
// agent does on a host, and is spoken to over its standard input and output. It holds a lease:
// without us it undoes its faults and ends. The node's container shares its network and its volume,
// so that kill and start keep both. Everything else is asked of the engine.
//
// All clients are one machine, c1: their packets come from the bridge's own address or from ours,
// whichever the engine makes of it, found out in a meeting (meeting.hpp).
#pragma once

#include <memory>
#include <string>

#include "harness/live/backends.hpp"
#include "harness/live/docker/docker_options.hpp"

namespace faultrig::live {

// Why no such cluster can do it and what would make it possible; empty when some can.
std::string bridge_cannot(Capability capability);

// `why_no_switch`: what kept it from being a switched_docker; empty when nobody wanted one.
std::unique_ptr<LiveCluster> make_bridged_docker(const ClusterParts& parts,
                                                 const DockerOptions& options,
                                                 const std::string& why_no_switch);

}  // namespace faultrig::live
