// Measures who reaches whom: connections over many pairs of machines at once.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/client_network.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"

namespace faultrig::live {

struct ProbePair {
  std::string from;
  std::string to;
  const NetworkNamespace* space;  // of `from`; nullptr: where we are
  NodeAddress address;            // of `to`
};

// Opens a TCP connection over every pair and waits for all of them together, `patience` at most (a
// thousand pairs at a time). The connections are closed again. Throws EnvironmentError.
Connectivity measure_connectivity(const std::vector<ProbePair>& pairs,
                                  std::chrono::milliseconds patience);

// A client's non-blocking TCP socket, where we are. Throws EnvironmentError.
Descriptor open_socket_here();

}  // namespace faultrig::live
