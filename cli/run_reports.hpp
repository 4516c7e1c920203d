// From a judged run to what a person gets of it: the files in its folder and the words on the
// terminal; the same for every backend.
#pragma once

#include <optional>
#include <string>

#include "campaign/judge.hpp"
#include "cli/exit_code.hpp"
#include "harness/store.hpp"
#include "reports/report.hpp"

namespace faultrig {

struct ReportFlags {
  bool quiet = false;
  bool no_color = false;
  std::optional<std::string> junit;
};

// Says the verdict, then stores it: a full disk must not cost the verdict. `record` gets the cost
// of reporting. Returns the exit code of the whole.
ExitCode report_run(RunRecord& record, std::span<const Operation> operations,
                    const Judgement& judgement, const RunFolder& folder, const ReportFlags& flags);

// What a plan promises of its runs; a promise that is not kept means that the run did not test what
// it was meant to.
bool keeps_promise(const RunPlan& plan, const Judgement& judgement);

// The strongest promises that the history keeps, whatever the workload is judged by. `model` is
// that of the workload.
void say_ladder(const History& history, const std::string& model, const RunPlan& plan);

bool on_terminal(std::FILE* stream);

}  // namespace faultrig
