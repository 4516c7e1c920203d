// A clock setting as texts of the protocol, and back.
#pragma once

#include <string>
#include <vector>

#include "harness/cluster.hpp"

namespace faultrig::live {

std::vector<std::string> to_texts(const ClockSetting& setting);
// Throws EnvironmentError for what no control process sends.
ClockSetting clock_setting_of(const std::vector<std::string>& texts);

}  // namespace faultrig::live
