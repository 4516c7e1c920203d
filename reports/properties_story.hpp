// Broken properties in words: what is wrong with which element, id or read, the operations that
// show it, and the faults in force at that time. Plain text for the terminal and the reports.
#pragma once

#include <string>

#include "checkers/evidence.hpp"
#include "reports/report.hpp"

namespace faultrig {

// Everything below the headline; the record of the report names the faults.
std::string properties_story(const Report& report, const BrokenProperties& evidence);

// `check set-full` ... with the operations of the first finding below it and `invalid` at the end;
// empty where they are not wrong on their own.
std::string drawn_finding(const BrokenProperties& evidence);

}  // namespace faultrig
