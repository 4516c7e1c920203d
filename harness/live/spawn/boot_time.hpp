// How long ago a node was booted, by its monotonic clock: each node has a time of its own, so that
// a program which compares such clocks of two nodes fails as it would between machines.
//
// Source: time_namespaces(7).
#pragma once

#include <chrono>
#include <string>

#include "harness/plan.hpp"

namespace faultrig::live {

// From a minute to 400 days; the same for one seed.
std::chrono::seconds time_since_boot(const RunPlan& plan, const std::string& node);

// Adds so much to the monotonic clock and the time since boot of whatever this thread forks from
// now on; zero: nothing. False with an errno where the kernel or our rights do not allow it; then
// nothing has changed. Throws EnvironmentError when it fails half-way.
bool separate_boot_time(std::chrono::seconds since_boot);

}  // namespace faultrig::live
