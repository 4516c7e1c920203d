#include "reports/properties_story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

using Finding = BrokenProperties::Finding;

constexpr std::size_t told_findings = 12;
constexpr std::size_t told_of_each = 4;
constexpr std::size_t told_faults = 4;
constexpr std::size_t operation_columns = 56;

// Cut, since a read of everything can be as long as the history.
std::string operation_words(const Operation& operation) {
  Operation shown = operation;
  // A transaction's answer repeats its question, filled in.
  const bool is_filled_in = operation.input.is_list() && operation.output.is_list() &&
                            operation.input != operation.output;
  if (is_filled_in) shown.input = Value();
  std::string words = describe_without_key(shown);
  const bool is_empty_answer =
      operation.outcome == Outcome::ok && operation.input.is_nil() && operation.output.is_nil();
  if (is_empty_answer && !words.ends_with("nil")) words += " -> nil";
  if (words.size() <= operation_columns) return words;
  return words.substr(0, operation_columns - 3) + "...";
}

std::string rows_of(const Finding& finding) {
  std::string text;
  for (const Operation& operation : finding.operations) {
    const bool answered = operation.outcome != Outcome::info && operation.complete_time;
    text += fmt::format("  {:>10}  {:>10}  {:>7}  {:<5} {}\n", seconds(operation.invoke_time),
                        answered ? seconds(*operation.complete_time) : "never", operation.process,
                        operation.node.empty() ? "-" : operation.node, operation_words(operation));
  }
  return text;
}

std::string faults_during(const RunRecord& record, const Finding& finding) {
  if (finding.operations.empty()) return "";
  Time from = finding.operations.front().invoke_time;
  Time to = from;
  for (const Operation& operation : finding.operations) to = std::max(to, ended_at(operation));
  std::string text;
  std::size_t told = 0, hidden = 0;
  for (const FaultRecord& fault : record.faults) {
    if (!fault.bit || !in_force(fault, from, to)) continue;
    if (told++ >= told_faults) {
      ++hidden;
      continue;
    }
    text += wrapped(fmt::format("meanwhile #{} {}", fault.id, fault_clause(fault)), "      ");
  }
  if (hidden > 0) text += fmt::format("      and {} more in force\n", hidden);
  return text;
}

std::string told(const Report& report, const Finding& finding) {
  const std::string key = finding.key ? "key " + value_words(*finding.key) + ", " : "";
  std::string text = "\n" + wrapped(finding.property + ": " + key + finding.words, "  ");
  text += fmt::format("  {:>10}  {:>10}  {:>7}  {:<5} {}\n", "asked", "answered", "process", "node",
                      "operation");
  text += rows_of(finding);
  if (report.record != nullptr) text += faults_during(*report.record, finding);
  return text;
}

}  // namespace

std::string drawn_finding(const BrokenProperties& evidence) {
  if (evidence.stands_alone_for.empty() || evidence.findings.empty()) return "";
  std::vector<Operation> operations = evidence.findings.front().operations;
  for (Operation& operation : operations) operation.key.reset();  // there is only one
  return "check " + evidence.stands_alone_for + "\n" + draw_timeline(operations) +
         "----\ninvalid\n";
}

std::string properties_story(const Report& report, const BrokenProperties& evidence) {
  std::vector<std::string> counts;
  for (const auto& [property, count] : evidence.counts) {
    counts.push_back(fmt::format("{} {}", count, property));
  }
  std::string text = wrapped("In all: " + listed(counts) + ".", "");
  std::size_t all = 0, shown = 0;
  for (const auto& [property, count] : evidence.counts) {
    std::size_t of_this = 0;
    for (const Finding& finding : evidence.findings) {
      if (finding.property != property) continue;
      if (shown >= told_findings || of_this >= told_of_each) break;
      text += told(report, finding);
      ++shown;
      ++of_this;
    }
    all += count;
  }
  if (all > shown) text += fmt::format("\n  ... and {} more\n", all - shown);
  if (evidence.reads_are_projected) {
    text += "\n" + wrapped("Of what reads returned, only the element concerned is shown.", "  ");
  }
  const std::string drawing = drawn_finding(evidence);
  if (!drawing.empty()) {
    text += "\nThe first, drawn, to paste into a test file\n\n" + drawing;
  }
  return text;
}

}  // namespace faultrig
