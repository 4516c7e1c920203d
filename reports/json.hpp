// verdict.json: what a program wants to know of a run.
//
//   {"validity":"invalid","exit_code":1,"checkers":[{"name","validity","procedure","reasons":[...],
//    "statistics":{...},"evidence":{...}}],"operations":{"read":{"ok","fail","info"},...},
//    "recovery":{...},"faults":{"struck","took_effect"},"seed":...,"repeat_with":"..."}
#pragma once

#include <string>

#include "reports/report.hpp"

namespace faultrig {

// Indented, ends in a newline.
std::string verdict_json(const Report& report);

// An operation as evidence shows it; times in nanoseconds of the run.
Value to_value(const Operation& operation);
Value to_value(const Evidence& evidence);

// JSON with two spaces of indentation a level and a newline at the end.
std::string indented_json(const Value& value);

}  // namespace faultrig
