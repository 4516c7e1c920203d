// What every report is made from: the record of a run (absent for `faultrig check FILE`), its
// operations and the verdicts. Reports turn facts into words and pictures; they judge nothing and
// touch no file.
#pragma once

#include <span>
#include <string>

#include "checkers/history/operation.hpp"
#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

// Borrowed; must outlive the call it is given to.
struct Report {
  const RunRecord* record = nullptr;  // nullptr: only a history was judged
  std::span<const Operation> operations;
  std::span<const Verdict> verdicts;
  Validity validity = Validity::unknown;  // the worst of all
  int exit_code = 0;
};

}  // namespace faultrig
