#include "cli/run_reports.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "campaign/simulated_run.hpp"
#include "reports/html.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/ladder.hpp"
#include "reports/story.hpp"
#include "reports/text.hpp"

namespace faultrig {
namespace {

void write_reports(Report& report, RunRecord& record, const RunFolder& folder,
                   const ReportFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  write_file(folder.file("verdict.json"), verdict_json(report));
  write_file(folder.file("story.txt"), story(report));
  write_file(folder.file("report.html"), html_report(report));
  if (flags.junit) write_file(*flags.junit, junit_xml(report));
  record.costs->reporting = std::chrono::steady_clock::now() - start;
  write_file(folder.file("run.json"), to_value(record).to_string() + "\n");
}

void say(const Report& report, const ReportFlags& flags) {
  const std::string summary =
      terminal_summary(report, on_terminal(stdout) && !flags.no_color && !flags.quiet);
  if (flags.quiet) {
    fmt::print("{}  ({})\n", summary.substr(0, summary.find('\n')), report.record->folder);
  } else {
    fmt::print("{}", summary);
    if (report.validity != Validity::valid) fmt::print("\n{}", story(report));
  }
  std::fflush(stdout);
}

}  // namespace

bool on_terminal(std::FILE* stream) {
  return isatty(fileno(stream)) == 1 && std::getenv("NO_COLOR") == nullptr;
}

ExitCode report_run(RunRecord& record, std::span<const Operation> operations,
                    const Judgement& judgement, const RunFolder& folder, const ReportFlags& flags) {
  const ExitCode code = exit_code_of(judgement.validity, record);
  Report report{&record, operations, judgement.verdicts, judgement.validity,
                static_cast<int>(code)};
  say(report, flags);
  const int written = with_exit_codes([&] {
    write_reports(report, record, folder, flags);
    return ExitCode::valid;
  });
  return worse(code, static_cast<ExitCode>(written));
}

void say_ladder(const History& history, const std::string& model, const RunPlan& plan) {
  fmt::print("\nThe ladder (model {})\n{}", model,
             ladder_words(history, model, {}, budget_of(plan)));
  std::fflush(stdout);
}

bool keeps_promise(const RunPlan& plan, const Judgement& judgement) {
  if (plan.expected_verdict.empty()) return true;
  const auto is_promised = [&](Validity validity) {
    return to_string(validity) == plan.expected_verdict;
  };
  if (plan.expected_checker.empty()) return is_promised(judgement.validity);
  return std::any_of(judgement.verdicts.begin(), judgement.verdicts.end(), [&](const Verdict& v) {
    return v.checker == plan.expected_checker && is_promised(v.validity);
  });
}

}  // namespace faultrig
