// Scenarios (tests/targets/scenario_support.hpp) on a cluster of raft_kv nodes. Timers: timeout and
// heartbeat. Options: those of the program, and `reads`.
#pragma once

#include "tests/targets/scenario_support.hpp"

namespace faultrig::raft_kv {

// Runs the text with its bug switched on or off.
ScenarioResult run_scenario(const std::string& text, bool with_bug);

}  // namespace faultrig::raft_kv
