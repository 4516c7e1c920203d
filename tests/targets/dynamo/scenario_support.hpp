// Scenarios (tests/targets/scenario_support.hpp) on a cluster of dynamo nodes. The timer is
// sync; options are those of the program.
#pragma once

#include "tests/targets/scenario_support.hpp"

namespace faultrig::dynamo {

// Runs the text with its bug switched on or off.
ScenarioResult run_scenario(const std::string& text, bool with_bug);

}  // namespace faultrig::dynamo
