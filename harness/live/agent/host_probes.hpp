// What a host can do for its node, found out by doing it, with nothing left behind.
//
// Each returns why it cannot be; the empty string when it can.
#pragma once

#include <string>

#include "harness/live/spawn/server.hpp"

namespace faultrig::live {

// A program in namespaces of its own; `clock` as in NodeProgram. Throws EnvironmentError.
void run_probe_program(SpawnServer& server, int clock = -1);

// A program that follows a clock of its node's.
std::string node_clock_obstacle(SpawnServer& server);
// A time since boot of the node's own.
std::string boot_time_obstacle();
// The kernel's own wall clock, set: for which we ask it to run on as it does.
std::string kernel_clock_obstacle();

}  // namespace faultrig::live
