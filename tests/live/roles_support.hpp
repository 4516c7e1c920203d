// The other jobs of the test program; see live_support.hpp.
#pragma once

#include <string>
#include <vector>

namespace faultrig::live {

// The exit code of the role; 2 when there is none of that name.
int run_role(const std::string& role, const std::vector<std::string>& arguments);

}  // namespace faultrig::live
