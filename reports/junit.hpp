// The verdicts as JUnit XML, one test case a checker: invalid is a failure, unknown an error, since
// a run that showed nothing must not turn a build green.
#pragma once

#include <string>

#include "reports/report.hpp"

namespace faultrig {

std::string junit_xml(const Report& report);

}  // namespace faultrig
