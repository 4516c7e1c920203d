// report.html: one self-contained page, for a browser without a network. Verdict, story, pictures,
// faults with their evidence, node logs, the command that repeats it. Everything from outside is
// escaped.
#pragma once

#include <string>

#include "reports/report.hpp"

namespace faultrig {

std::string html_report(const Report& report);

}  // namespace faultrig
