// The helpers of nodes as the control process calls them, and the ways of clients past them.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/agent/agent_caller.hpp"
#include "harness/live/client_network.hpp"
#include "harness/live/docker/containers.hpp"

namespace faultrig::live {

// How messages call it: "node n1 (its helper)".
std::string helper_of(const NodeName& node);

// Begins to start it; wait_until_up tells how that went. Paths of `follow` are in the node's
// folder.
std::unique_ptr<AgentCaller> call_helper(const Container& helper, const NodeName& node,
                                         std::vector<FollowedFile> follow);

struct ClientWay {
  NodeAddress address;     // where clients connect
  std::string comes_from;  // the address from which they are seen to come
};

// The address from which clients come who connect there, found out in a meeting, so before the node
// runs. `port` is the node's. Throws EnvironmentError when it does not lead to the node.
std::string find_way(AgentCaller& helper, const NodeName& node, const NodeAddress& there,
                     std::uint16_t port);

struct WayToProbe {
  NodeName node;
  AgentCaller& helper;
  ClientWay way;
  std::uint16_t port;  // the node's
};
// Connects to all of them at once; those count from which a connection comes out at the node.
Connectivity probe_ways(const std::string& client, const std::vector<WayToProbe>& ways,
                        std::chrono::milliseconds patience);

Connectivity joined(Connectivity one, const Connectivity& other);

}  // namespace faultrig::live
