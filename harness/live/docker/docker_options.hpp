// What a plan says of the backend `docker`, in its table [docker]:
//   network = "switch"     faultrig's own devices in the containers: takes root on the engine's
//                          machine, which must be this one (switched_docker.hpp)
//             "bridge"     a network of the engine's: takes its socket, wherever it is
//                          (bridged_docker.hpp)
//             absent       "switch" where that can be had, else "bridge"
//   address = "10.0.0.5"   for "bridge": the address of the engine's machine at which nodes' ports
//                          are published and reached; absent: whatever works without leaving it
//   boot_times = true      whether, on the switch, every node has been up for another length of
//                          time, drawn from the seed
//   trap_waits = false     whether, on the switch, waits until a time of the wall clock follow the
//                          node's clock too
#pragma once

#include <optional>
#include <string>

#include "harness/plan.hpp"

namespace faultrig::live {

enum class DockerNetwork { switch_network, bridge };

struct DockerOptions {
  std::optional<DockerNetwork> network;
  std::string address;
  bool boot_times = true;
  bool trap_waits = false;
};

// Throws UsageError.
DockerOptions docker_options(const RunPlan& plan);

}  // namespace faultrig::live
