// A cluster of real processes, together with the network over which its clients reach it.
#pragma once

#include "harness/cluster.hpp"
#include "harness/live/client_network.hpp"

namespace faultrig::live {

class LiveCluster : public Cluster, public ClientNetwork {};

}  // namespace faultrig::live
