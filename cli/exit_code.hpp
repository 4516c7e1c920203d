// How the program ends: the one table of exit codes, and how everything else maps to it.
#pragma once

#include <functional>

#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

enum class ExitCode : int {
  valid = 0,
  anomaly = 1,           // always wins
  unknown = 2,           // the budget ended, or nothing was tested
  environment = 3,       // the machine refused something
  nothing_selected = 4,  // no file, no run, no plan matched
  interrupted = 130,     // after healing
  usage = 254,
  internal = 255,  // our bug
};

ExitCode exit_code_of(Validity validity);
// For a run: an anomaly wins over a machine that refused, which wins over an interruption.
ExitCode exit_code_of(Validity validity, const RunRecord& record);
// The worse of two, by the same order.
ExitCode worse(ExitCode a, ExitCode b);

// Runs `body`; an exception becomes a message on standard error and its exit code.
int with_exit_codes(const std::function<ExitCode()>& body);

}  // namespace faultrig
