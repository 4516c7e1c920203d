#include "reports/story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "reports/anomaly.hpp"
#include "reports/bank_story.hpp"
#include "reports/causal_story.hpp"
#include "reports/faults_in_force.hpp"
#include "reports/properties_story.hpp"
#include "reports/text.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_refusals = 5;
constexpr std::size_t shown_reasons = 12;

std::vector<const Operation*> in_order(const std::vector<Operation>& core) {
  std::vector<const Operation*> ordered;
  for (const Operation& operation : core) ordered.push_back(&operation);
  std::sort(ordered.begin(), ordered.end(),
            [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
  return ordered;
}

std::string table_of(const std::vector<Operation>& core) {
  std::string text = "\nThe operations that prove it\n";
  text += fmt::format("  {:>10}  {:>10}  {:>7}  {:<5} {}\n", "asked", "answered", "process", "node",
                      "operation");
  for (const Operation* operation : in_order(core)) {
    const bool answered = operation->outcome != Outcome::info && operation->complete_time;
    text += fmt::format("  {:>10}  {:>10}  {:>7}  {:<5} {}\n", seconds(operation->invoke_time),
                        answered ? seconds(*operation->complete_time) : "never", operation->process,
                        operation->node.empty() ? "-" : operation->node,
                        describe_without_key(*operation));
  }
  return text;
}

bool strikes(const FaultRecord& fault, const std::string& node) {
  return std::find(fault.targets.begin(), fault.targets.end(), node) != fault.targets.end();
}

// Whether a cut that a script spelled out, link by link, keeps the node from every other one.
bool cuts_every_link(const FaultRecord& fault, const std::string& node,
                     const std::vector<NodeRecord>& nodes) {
  const Value* links = fault.order.find("links");
  if (links == nullptr || !links->is_list()) return false;
  const auto is_cut = [&](const std::string& from, const std::string& to) {
    const Value::List& all = links->as_list();
    return std::find(all.begin(), all.end(), Value(from + " -> " + to)) != all.end();
  };
  return std::all_of(nodes.begin(), nodes.end(), [&](const NodeRecord& other) {
    return other.name == node || (is_cut(node, other.name) && is_cut(other.name, node));
  });
}

// Whether the node is cut off, and not only partly.
bool cuts_off(const FaultRecord& fault, const std::string& node,
              const std::vector<NodeRecord>& nodes) {
  if (fault.kind == "partition-cut") return cuts_every_link(fault, node, nodes);
  return fault.family == "partition" && fault.kind != "partition-clients" &&
         fault.kind != "partition-bridge" && fault.kind != "partition-majorities-ring";
}

// How the fault had to do with the node that gave the impossible answer; empty when it had nothing
// to, or cut it off only partly.
std::string share_of_culprit(const FaultRecord& fault, const Anomaly& anomaly,
                             const std::vector<NodeRecord>& nodes) {
  const bool is_slight =
      fault.family == "packet" || fault.family == "clock" || fault.kind == "disk-slow";
  if (!strikes(fault, anomaly.culprit) || is_slight) return "";
  if (fault.family == "partition" && !cuts_off(fault, anomaly.culprit, nodes)) return "";
  const std::string who = anomaly.culprit + ", which gave the impossible answer,";
  if (in_force(fault, anomaly.culprit_from, anomaly.culprit_to)) {
    const std::string since = seconds(anomaly.culprit_from - fault.started);
    if (holds_down(fault)) return "";  // it answered, so it was up again
    const char* how = fault.family == "pause"             ? "been standing still"
                      : fault.kind == "partition-one-way" ? "been cut off in one direction"
                                                          : "been cut off";
    return fmt::format("{} had {} for {} when it was asked.", who, how, since);
  }
  if (!fault.ended || *fault.ended > anomaly.culprit_from) return "";
  const char* what = holds_down(fault)         ? "had been started again"
                     : fault.family == "pause" ? "had woken up"
                                               : "had been reconnected";
  return fmt::format("{} {} {} before it was asked.", who, what,
                     seconds(anomaly.culprit_from - *fault.ended));
}

std::string where_it_stuck(const NotLinearizable& evidence) {
  if (evidence.refused.empty()) return "";
  std::string text = "\nWhere every order gets stuck\n";
  std::string sentence =
      fmt::format("The longest order that works has {} of {}", evidence.prefix.size(),
                  counted(static_cast<std::uint64_t>(evidence.operations), "operation"));
  if (!evidence.state_after_prefix.empty())
    sentence += "; " + evidence.state_after_prefix + " then";
  text += wrapped(sentence + ". None of these can come next:", "  ");
  std::size_t shown = 0;
  for (const NotLinearizable::Refused& refused : evidence.refused) {
    if (shown++ == shown_refusals) {
      text += fmt::format("    ... and {} more\n", evidence.refused.size() - shown_refusals);
      break;
    }
    const Operation& operation = refused.operation;
    text += wrapped(
        fmt::format("{} (process {}{}): {}", describe_without_key(operation), operation.process,
                    operation.node.empty() ? "" : " on " + operation.node, refused.reason),
        "    ");
  }
  return text;
}

std::string not_linearizable(const Report& report, const NotLinearizable& evidence) {
  const Anomaly anomaly = recognise(evidence, report.operations);
  std::string text = headline(anomaly, evidence) + "\n\n";
  for (const std::string& sentence : anomaly.sentences) text += wrapped(sentence, "  ");
  if (report.record != nullptr) {
    text += faults_in_force(*report.record, evidence.core, [&](const FaultRecord& fault) {
      return share_of_culprit(fault, anomaly, report.record->nodes);
    });
  }
  text += table_of(evidence.core);
  if (evidence.core_is_projected) {
    text += wrapped(
        "Of what reads returned, only the elements that matter are shown: leaving an element out "
        "everywhere cannot break an order.",
        "  ");
  }
  text +=
      evidence.core_is_minimal
          ? "\nDrawn, to paste into a test file (leave out any one and the rest has an order)\n\n"
          : "\nDrawn, to paste into a test file (the budget ended before it was minimal)\n\n";
  text += drawn_core(evidence);
  return text + where_it_stuck(evidence);
}

std::string reasons_of(const Verdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < verdict.reasons.size() && i < shown_reasons; ++i) {
    text += "  - " + wrapped(verdict.reasons[i], "    ").substr(4);
  }
  if (verdict.reasons.size() > shown_reasons) {
    text += fmt::format("  - ... and {} more\n", verdict.reasons.size() - shown_reasons);
  }
  return text;
}

// For the verdict that too little succeeded.
std::string errors_of(const Report& report, const Verdict& verdict) {
  if (verdict.checker != "activity" || verdict.validity != Validity::unknown) return "";
  const std::vector<std::string> errors = frequent_errors(report.operations);
  if (errors.empty()) return "";
  std::string text = "\nWhy operations failed or stayed unknown\n";
  for (const std::string& error : errors) text += wrapped(error, "    ").substr(2);
  return text;
}

std::string chapter(const Report& report, const Verdict& verdict) {
  std::string text = fmt::format("{}: {}\n", verdict_word(verdict.validity), verdict.checker);
  if (const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence)) {
    return text + not_linearizable(report, *evidence);
  }
  if (const auto* evidence = std::get_if<NotCausal>(&verdict.evidence)) {
    text += reasons_of(verdict);
    if (report.record != nullptr) text += faults_in_force(*report.record, evidence->operations);
    return text + causal_story(*evidence);
  }
  if (const auto* bank = std::get_if<BrokenBank>(&verdict.evidence)) {
    return text + bank_story(*bank);
  }
  if (const auto* broken = std::get_if<BrokenProperties>(&verdict.evidence)) {
    // What was seen inside the nodes of a simulation comes before what clients saw of it.
    if (verdict.reasons.size() > broken->counts.size()) text += reasons_of(verdict);
    return text + properties_story(report, *broken);
  }
  if (const auto* inactivity = std::get_if<Inactivity>(&verdict.evidence);
      inactivity != nullptr && verdict.reasons.empty()) {
    for (const std::string& gap : inactivity->gaps) {
      text += "  - " + wrapped(gap, "    ").substr(4);
    }
    return text + errors_of(report, verdict);
  }
  return text + reasons_of(verdict) + errors_of(report, verdict);
}

std::string epilogue(const RunRecord& record) {
  std::string text;
  for (const std::string& hint : record.hints) text += wrapped(hint, "");
  if (!record.plan.bugs.empty()) {
    text +=
        wrapped(fmt::format("Planted on purpose in this run: {}.", listed(record.plan.bugs)), "");
  }
  if (!record.repeat_with.empty()) text += "Repeat with: " + record.repeat_with + "\n";
  return text.empty() ? text : "\n" + text;
}

// The first line, without what announces the lines left out: "...; the last lines of log.txt:".
std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() < text.size() && line.ends_with(':')) line = line.substr(0, line.rfind("; "));
  return line;
}

// What ended the run early explains whatever else is missing; empty when nothing did.
std::string what_ended_it(const Report& report) {
  if (report.record == nullptr || report.validity != Validity::unknown) return "";
  const RunRecord& record = *report.record;
  return first_line(record.environment_error.empty() ? record.interrupted
                                                     : record.environment_error);
}

}  // namespace

const NotLinearizable* proof_in(const Report& report) {
  for (const Verdict& verdict : report.verdicts) {
    if (const auto* proof = std::get_if<NotLinearizable>(&verdict.evidence)) return proof;
  }
  return nullptr;
}

std::string lead(const Report& report) {
  if (const NotLinearizable* proof = proof_in(report)) {
    return headline(recognise(*proof, report.operations), *proof);
  }
  for (const Verdict& verdict : report.verdicts) {
    const auto* bank = std::get_if<BrokenBank>(&verdict.evidence);
    if (bank != nullptr) return bank_headline(*bank);
  }
  if (const std::string end = what_ended_it(report); !end.empty()) return capital(end);
  for (const Verdict& verdict : report.verdicts) {
    if (verdict.validity == report.validity && !verdict.reasons.empty()) {
      return capital(verdict.reasons.front());
    }
  }
  return fmt::format("Nothing wrong was seen in {}.",
                     counted(report.operations.size(), "operation"));
}

std::string drawn_core(const NotLinearizable& evidence) {
  std::vector<Operation> core = evidence.core;
  for (Operation& operation : core) operation.key.reset();  // there is only one
  std::string text = "check linearizable model=" + evidence.model;
  if (!evidence.initial.is_nil()) text += " initial=" + evidence.initial.to_string();
  return text + "\n" + draw_timeline(core) + "----\ninvalid\n";
}

std::string story(const Report& report) {
  std::string text;
  for (const Validity wanted : {Validity::invalid, Validity::unknown}) {
    for (const Verdict& verdict : report.verdicts) {
      if (verdict.validity != wanted) continue;
      if (!text.empty()) text += "\n";
      text += chapter(report, verdict);
    }
  }
  if (text.empty() && report.validity == Validity::valid) {
    text = fmt::format("VALID: nothing wrong was seen in {}.\n",
                       counted(report.operations.size(), "operation"));
  }
  if (report.record != nullptr && report.validity != Validity::valid)
    text += epilogue(*report.record);
  return text;
}

}  // namespace faultrig
