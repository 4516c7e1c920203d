// What a node sees of the machine: mounts and names, made by its init before the program starts.
#pragma once

#include <string>

#include "harness/live/spawn/node_program.hpp"

namespace faultrig::live {

// The calling process must be alone in new mount and UTS namespaces and inside the node's network
// and PID namespaces. Throws EnvironmentError.
void set_up_node_view(const NodeProgram& program);

}  // namespace faultrig::live
