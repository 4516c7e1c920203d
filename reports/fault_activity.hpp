// What clients still got done while a fault was in force, and outside of all faults: whether a run
// tried the target under faults, or only waited for them to end.
//
// Cost: O((n + f) log n) for n operations and f faults.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checkers/history/operation.hpp"
#include "harness/fault_injector.hpp"

namespace faultrig {

using CountByKind = std::map<std::string, std::uint64_t>;

struct FaultActivity {
  // Operations that succeeded within a fault's window (completed in it), by kind; one entry a
  // fault, in the order of the records. A kind that never succeeded there is not listed.
  std::vector<CountByKind> during;
  CountByKind under_any;  // completed while at least one fault was in force
};

FaultActivity fault_activity(std::span<const Operation> operations,
                             std::span<const FaultRecord> faults);

// "12 read, 3 write", or "nothing".
std::string counts_words(const CountByKind& counts);

}  // namespace faultrig
