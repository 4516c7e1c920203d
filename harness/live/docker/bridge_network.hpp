// A bridge network of the engine's for one run, and the container that holds a node's place in it.
#pragma once

#include <filesystem>
#include <string>

#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/leftovers.hpp"

namespace faultrig::live {

struct BridgeNetwork {
  std::string name;
  std::string gateway;  // the bridge's own address, on the engine's machine; may be empty
};

// Subnet and addresses are the engine's choice, so that runs do not meet. Removed with the
// containers of the run. Throws EnvironmentError.
BridgeNetwork make_bridge_network(const EngineClient& engine, const std::string& run,
                                  const Value& labels);

// Whether an address is one of this machine's.
bool is_address_of_ours(const std::string& ip);

// The helper of a node on that network. Throws EnvironmentError when its image cannot be made.
ContainerPlan plan_helper(const EngineClient& engine, const RunContainers& run,
                          const std::filesystem::path& programs, const NodeName& node,
                          const BridgeNetwork& network);

}  // namespace faultrig::live
