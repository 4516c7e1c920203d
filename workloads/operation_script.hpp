// The main phase as a list: which worker does what, and when. What shrinking leaves of a random
// load; also for whoever wants to ask one exact question.
//
//   [[workload.script]]  at_ns = 1250000000  worker = 3  f = "write"  key = 0  value = 7
//
// An operation starts at its instant after the main phase began, or as soon as its worker is free.
#pragma once

#include <span>
#include <vector>

#include "checkers/history/operation.hpp"
#include "harness/generator.hpp"
#include "harness/options.hpp"

namespace faultrig {

struct ScriptedOperation {
  Time at{};
  WorkerId worker = 0;
  std::string f;
  std::optional<Value> key;
  Value value;
  friend bool operator==(const ScriptedOperation&, const ScriptedOperation&) = default;
};

// Throws UsageError for a missing or unknown part, an f that is not in `kinds`, and a worker that
// is not in 0 ... clients - 1.
std::vector<ScriptedOperation> read_operation_script(const std::vector<Options>& steps,
                                                     const std::vector<std::string>& kinds,
                                                     int clients);
// The step that read_operation_script turns into this operation.
Options to_step(const ScriptedOperation& operation);

// Ends after the last operation. In any order; those of a worker at one instant keep theirs.
GeneratorPtr scripted_operations(std::vector<ScriptedOperation> script);

}  // namespace faultrig
