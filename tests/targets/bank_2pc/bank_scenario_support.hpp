// Scenarios (tests/targets/scenario_support.hpp) on a cluster of bank_2pc nodes. The timers are
// tick (a node looks for what is late) and retry; options are those of the program. Requests:
//   transfer c1 n1 FROM TO AMOUNT [ID] | deposit c1 n1 ACCOUNT AMOUNT [ID] | withdraw ... | read c1
//   n1
#pragma once

#include "tests/targets/scenario_support.hpp"

namespace faultrig::bank_2pc {

// Runs the text with its bug switched on or off.
ScenarioResult run_scenario(const std::string& text, bool with_bug);

}  // namespace faultrig::bank_2pc
