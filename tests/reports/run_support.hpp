// A run as reports see it, made by hand: a leader cut off from its peers answers a stale read.
#pragma once

#include <string>
#include <vector>

#include "reports/report.hpp"

namespace faultrig {

// An operation with its completion; outcome info has none. Indices follow the times.
Operation make_operation(ProcessId process, std::string f, Value input, Value output,
                         Outcome outcome, double invoked_seconds, double completed_seconds,
                         std::string node);
// Gives every operation event indices in order of its times, and the key 17.
void number_events(std::vector<Operation>& operations);

Time at_seconds(double seconds);

struct StaleRun {
  StaleRun();
  RunRecord record;
  std::vector<Operation> operations;
  std::vector<Verdict> verdicts;
  Report report() const;
};

}  // namespace faultrig
