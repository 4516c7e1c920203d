#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/client.hpp"
#include "reports/fault_activity.hpp"
#include "reports/faults.hpp"
#include "reports/story.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_warnings = 6;
constexpr std::size_t shown_errors = 3;
constexpr std::size_t shown_faults = 12;
constexpr std::size_t error_columns = 60;

std::string painted(Validity validity, bool colour) {
  const std::string word = verdict_word(validity);
  if (!colour) return word;
  switch (validity) {
    case Validity::valid:
      return "\033[1;32m" + word + "\033[0m";
    case Validity::unknown:
      return "\033[1;33m" + word + "\033[0m";
    case Validity::invalid:
      return "\033[1;31m" + word + "\033[0m";
  }
  return word;
}

// The label stands in the first column of the first line only.
std::string block(std::string_view label, const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string wrapped_line = wrapped(lines[i], "               ");
    text += fmt::format("  {:<13}{}", i == 0 ? label : "", wrapped_line.substr(15));
  }
  return text;
}

// The first figures say how much was judged; the rest is for verdict.json and the page.
std::string figures_in_short(const Verdict& verdict) {
  constexpr std::size_t longest = 12;
  std::string text;
  for (std::size_t i = 0; i < verdict.statistics.size() && i < 2; ++i) {
    const auto& [name, figure] = verdict.statistics[i];
    if (figure.size() > longest) break;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", figure, name);
  }
  return text;
}

std::string checks(const Report& report, bool colour) {
  std::string text;
  bool is_first = true;
  std::size_t width = 14;
  for (const Verdict& verdict : report.verdicts) width = std::max(width, verdict.checker.size());
  const std::size_t indent = 24 + width;  // the first column, the second, the verdict, two gaps
  for (const Verdict& verdict : report.verdicts) {
    std::string detail = figures_in_short(verdict);
    if (verdict.validity != Validity::valid && !verdict.reasons.empty()) {
      detail = verdict.reasons.front();
      if (verdict.reasons.size() > 1) {
        detail += fmt::format(" (and {} more)", verdict.reasons.size() - 1);
      }
    }
    // Padded before painting, since colours take no columns.
    const std::string gap(8 - verdict_word(verdict.validity).size(), ' ');
    if (detail.empty()) detail = verdict.procedure;
    const std::string lines = wrapped(detail, std::string(indent, ' '));
    text += fmt::format("  {:<13}{:<{}} {}{}{}", is_first ? "checks" : "", verdict.checker, width,
                        painted(verdict.validity, colour), gap, lines.substr(indent));
    is_first = false;
  }
  return text;
}

std::string operations_table(const Report& report) {
  const bool has_faults = report.record != nullptr && !report.record->faults.empty();
  CountByKind under_faults;
  if (has_faults) {
    under_faults = fault_activity(report.operations, report.record->faults).under_any;
  }
  std::string text = fmt::format("  {:<13}{:<14} {:>8}{:>8}{:>8}{}\n", "operations", "", "ok",
                                 "fail", "unknown", has_faults ? "   ok under faults" : "");
  for (const auto& [kind, counts] : count_outcomes(report.operations)) {
    text += fmt::format("  {:<13}{:<14} {:>8}{:>8}{:>8}{}\n", "", kind, counts.ok, counts.fail,
                        counts.info, has_faults ? fmt::format("{:>18}", under_faults[kind]) : "");
  }
  return text;
}

// Every number as '#'.
std::string without_numbers(const std::string& text) {
  std::string plain;
  for (const char letter : text) {
    const bool is_digit = letter >= '0' && letter <= '9';
    if (!is_digit) plain += letter;
    if (is_digit && !plain.ends_with('#')) plain += '#';
  }
  return plain;
}

std::string fault_line(const FaultRecord& fault, const CountByKind& meanwhile) {
  const std::string when =
      fmt::format("{:>8} to {:<10}", seconds(fault.started), until(fault.ended));
  std::string what = fmt::format("{} {}", fault.kind, fault.detail);
  if (!fault.evidence.empty()) what += fmt::format(" ({})", evidence_words(fault));
  what += fmt::format("; ok meanwhile: {}", counts_words(meanwhile));
  if (!fault.bit) what = "NO EFFECT " + what;
  const std::string lines = wrapped(what, std::string(32, ' '));
  return fmt::format("    #{:<3} {}  {}", fault.id, when, lines.substr(32));
}

std::string faults_table(const RunRecord& record, const FaultActivity& activity) {
  if (record.faults.empty()) return block("faults", {"none"});
  std::size_t bit = 0;
  for (const FaultRecord& fault : record.faults) bit += fault.bit ? 1 : 0;
  std::string text =
      block("faults", {fmt::format("{} struck, {} took effect", record.faults.size(), bit)});
  // One more than fits is shown as well: to say so would take as much room.
  const std::size_t count = record.faults.size();
  const std::size_t shown = count <= shown_faults + 1 ? count : shown_faults;
  for (std::size_t i = 0; i < shown; ++i) {
    text += fault_line(record.faults[i], activity.during[i]);
  }
  if (shown < count) text += fmt::format("    ... and {} more, in report.html\n", count - shown);
  return text;
}

std::vector<std::string> warnings_of(const RunRecord& record) {
  std::vector<std::string> warnings = record.warnings;
  for (const NodeRecord& node : record.nodes) {
    for (const std::string& death : node.deaths) {
      warnings.push_back(
          fmt::format("{} ended by itself: {} (see {})", node.name, death, node.log_file));
    }
  }
  if (warnings.size() > shown_warnings) {
    const std::size_t hidden = warnings.size() - shown_warnings;
    warnings.resize(shown_warnings);
    warnings.push_back(fmt::format("... and {} more, in report.html", hidden));
  }
  return warnings;
}

std::string cost_words(const RunCosts& costs) {
  std::string text = fmt::format("{} judged in {}",
                                 counted(static_cast<std::uint64_t>(costs.operations), "operation"),
                                 seconds(costs.judging));
  if (costs.first_operation) {
    text += fmt::format("; first operation {} after the start", seconds(*costs.first_operation));
  }
  return text;
}

std::string run_part(const RunRecord& record, std::span<const Operation> operations) {
  std::string text = faults_table(record, fault_activity(operations, record.faults));
  text += block("recovery", {recovery_words(record)});
  if (record.costs) text += block("cost", {cost_words(*record.costs)});
  if (!record.environment_error.empty()) text += block("machine", {record.environment_error});
  if (!record.interrupted.empty()) text += block("cut short", {record.interrupted});
  if (!record.saw_enough.empty()) text += block("ended early", {record.saw_enough});
  text += block("warnings", warnings_of(record));
  if (!record.folder.empty()) {
    text += block("files", {record.folder + "/report.html", record.folder + "/story.txt",
                            record.folder + "/history.jsonl"});
  }
  if (!record.repeat_with.empty())
    text += fmt::format("  {:<13}{}\n", "repeat", record.repeat_with);
  return text;
}

}  // namespace

std::map<std::string, OutcomeCounts> count_outcomes(std::span<const Operation> operations) {
  std::map<std::string, OutcomeCounts> counts;
  for (const Operation& operation : operations) {
    OutcomeCounts& of_kind = counts[operation.f];
    switch (operation.outcome) {
      case Outcome::ok:
        ++of_kind.ok;
        break;
      case Outcome::fail:
        ++of_kind.fail;
        break;
      case Outcome::info:
        ++of_kind.info;
        break;
    }
  }
  return counts;
}

std::vector<std::string> frequent_errors(std::span<const Operation> operations) {
  struct Group {
    std::size_t count = 0;
    std::string text;  // as it came while all are the same, else without its numbers
  };
  std::map<std::string, Group> groups;
  for (const Operation& operation : operations) {
    if (operation.outcome == Outcome::ok || !operation.error) continue;
    const std::string text = printable(*operation.error, error_columns);
    const std::string plain = printable(without_numbers(*operation.error), error_columns);
    Group& group = groups[plain];
    if (++group.count == 1) group.text = text;
    if (group.text != text) group.text = plain;
  }
  std::vector<Group> sorted;
  for (const auto& [plain, group] : groups) sorted.push_back(group);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Group& a, const Group& b) { return a.count > b.count; });
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < sorted.size() && i < shown_errors; ++i) {
    lines.push_back(fmt::format("{} x {}", sorted[i].count, sorted[i].text));
  }
  if (sorted.size() > shown_errors) {
    lines.push_back(fmt::format("and {} with other errors", [&] {
      std::size_t others = 0;
      for (std::size_t i = shown_errors; i < sorted.size(); ++i) others += sorted[i].count;
      return others;
    }()));
  }
  return lines;
}

std::string experiment_words(const RunRecord& record) {
  const RunPlan& plan = record.plan;
  std::string text = fmt::format("{}, workload {}, {}, {}, {} on {}", plan.target, plan.workload,
                                 counted(static_cast<std::uint64_t>(plan.nodes), "node"),
                                 counted(static_cast<std::uint64_t>(plan.clients), "client"),
                                 seconds(Time(plan.duration)), plan.backend);
  if (plan.seed) text += fmt::format(", seed {}", *plan.seed);
  if (!plan.bugs.empty()) text += ", planted: " + listed(plan.bugs);
  return text;
}

std::string recovery_words(const RunRecord& record) {
  if (!record.healed) return "the run ended before the faults were undone in order";
  std::string text = "healed at " + seconds(*record.healed);
  const std::string unmeasured = why_unmeasured(record);
  if (record.connected) {
    text += fmt::format("; every link whole {} later", seconds(*record.connected - *record.healed));
  } else if (unmeasured.empty()) {
    text += "; links never all whole again";
  }
  if (!unmeasured.empty()) return text + "; not measured further: " + unmeasured;
  if (!record.reads_at_end) return text + "; no final reads, so no more is known";
  text += record.recovered ? fmt::format("; first success {} after healing",
                                         seconds(*record.recovered - *record.healed))
                           : "; nothing succeeded after that";
  return text;
}

std::string terminal_summary(const Report& report, bool colour) {
  std::string text = painted(report.validity, colour) + "  " + lead(report) + "\n";
  if (report.record != nullptr) text += wrapped(experiment_words(*report.record), "  ");
  text += "\n" + checks(report, colour) + operations_table(report);
  text += block("errors", frequent_errors(report.operations));
  if (report.record != nullptr) text += run_part(*report.record, report.operations);
  return text;
}

}  // namespace faultrig
