#include "reports/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/anomaly.hpp"
#include "reports/chart.hpp"
#include "reports/cycle_graph.hpp"
#include "reports/escape.hpp"
#include "reports/fault_activity.hpp"
#include "reports/faults.hpp"
#include "reports/story.hpp"
#include "reports/text.hpp"
#include "reports/web/style.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

std::string banner(const Report& report) {
  const std::string css(to_string(report.validity));
  std::string text =
      fmt::format("<header class='{0}'><h1 class='{0}'>{1}</h1>\n<p class='lead'>{2}</p>\n", css,
                  verdict_word(report.validity), escape_markup(lead(report)));
  if (report.record != nullptr) {
    text += fmt::format("<p>{}</p>\n", escape_markup(experiment_words(*report.record)));
    text += fmt::format(
        "<p>{} &middot; {} &middot; faultrig {}</p>\n", escape_markup(report.record->folder),
        escape_markup(report.record->started_at), escape_markup(report.record->version));
  }
  return text + "</header>\n";
}

std::string repeat(const Report& report) {
  if (report.record == nullptr || report.record->repeat_with.empty()) return "";
  return fmt::format(
      "<h2>Repeat it</h2>\n<div class='repeat'><pre id='repeat'>{}</pre>"
      "<button data-copy='repeat'>copy</button></div>\n",
      escape_markup(report.record->repeat_with));
}

std::string story_part(const Report& report) {
  if (report.validity == Validity::valid) return "";
  std::string text = "<h2>What happened</h2>\n";
  if (const NotLinearizable* proof = proof_in(report)) {
    text +=
        "<figure><figcaption>The operations that prove it, as they overlapped; shaded: faults in "
        "force</figcaption>\n" +
        close_up_chart(*proof, recognise(*proof, report.operations), report.record) + "</figure>\n";
  }
  for (const Verdict& verdict : report.verdicts) {
    const auto* circle = std::get_if<NotCausal>(&verdict.evidence);
    const std::string graph = circle == nullptr ? "" : cycle_graph(*circle);
    if (graph.empty()) continue;
    text +=
        "<figure class='graph'><figcaption>Each must come before the next, and so before "
        "itself</figcaption>\n" +
        graph + "</figure>\n";
  }
  return text + "<pre>" + escape_markup(story(report)) + "</pre>\n";
}

std::string key_of(const Report& report) {
  std::string text = "<div class='key'>";
  std::set<std::string> families;
  if (report.record != nullptr) {
    for (const FaultRecord& fault : report.record->faults) families.insert(fault.family);
  }
  for (const std::string& family : families) {
    text += fmt::format("<span><i class='{}'></i>{}</span>", family_class(family),
                        escape_markup(family));
  }
  text +=
      "<span><i class='ok'></i>answered (height: how many)</span>"
      "<span><i class='fail'></i>failed</span><span><i class='info'></i>outcome unknown</span>";
  if (proof_in(report) != nullptr) text += "<span><i class='core'></i>proves the violation</span>";
  return text + "</div>\n";
}

std::string chart_part(const Report& report) {
  const std::string chart = overview_chart(report);
  if (chart.empty()) return "";
  return "<h2>The run</h2>\n<figure>" + key_of(report) + chart + "</figure>\n";
}

std::string checks_part(const Report& report) {
  std::string text =
      "<h2>Checks</h2>\n<div class='scroll'><table><tr><th>check</th><th>verdict</th>"
      "<th>why</th><th>figures</th></tr>\n";
  for (const Verdict& verdict : report.verdicts) {
    std::string reasons;
    for (const std::string& reason : verdict.reasons) {
      reasons += (reasons.empty() ? "" : "<br>") + escape_markup(reason);
    }
    std::string figures;
    for (const auto& [name, figure] : verdict.statistics) {
      figures += fmt::format("{}{} {}", figures.empty() ? "" : ", ", figure, name);
    }
    if (!verdict.procedure.empty()) figures += (figures.empty() ? "" : "; ") + verdict.procedure;
    text += fmt::format("<tr><td>{}</td><td class='word {}'>{}</td><td>{}</td><td>{}</td></tr>\n",
                        escape_markup(verdict.checker), to_string(verdict.validity),
                        verdict_word(verdict.validity), reasons, escape_markup(figures));
  }
  return text + "</table></div>\n";
}

std::string operations_part(const Report& report) {
  std::string text =
      "<h2>Operations</h2>\n<div class='scroll'><table><tr><th>kind</th>"
      "<th class='number'>ok</th><th class='number'>failed</th>"
      "<th class='number'>unknown</th></tr>\n";
  for (const auto& [kind, counts] : count_outcomes(report.operations)) {
    text += fmt::format(
        "<tr><td>{}</td><td class='number'>{}</td><td class='number'>{}</td>"
        "<td class='number'>{}</td></tr>\n",
        escape_markup(kind), counts.ok, counts.fail, counts.info);
  }
  text += "</table></div>\n";
  const std::vector<std::string> errors = frequent_errors(report.operations);
  if (errors.empty()) return text;
  text += "<p>Why operations failed or stayed unknown:</p>\n<ul>";
  for (const std::string& error : errors) text += "<li>" + escape_markup(error) + "</li>";
  return text + "</ul>\n";
}

std::string fault_row(const FaultRecord& fault, const CountByKind& meanwhile) {
  std::string evidence;
  for (const std::string& line : fault.evidence) evidence += "<li>" + escape_markup(line) + "</li>";
  evidence += "<li>ok meanwhile: " + escape_markup(counts_words(meanwhile)) + "</li>";
  return fmt::format(
      "<tr{}><td class='number'>{}</td><td>{}</td><td class='number'>{}</td>"
      "<td class='number'>{}</td><td>{}</td><td class='bite'>{}</td>"
      "<td><ul>{}</ul></td></tr>\n",
      fault.bit ? "" : " class='unbitten'", fault.id, escape_markup(fault.kind),
      seconds(fault.started), until(fault.ended), escape_markup(fault.detail),
      fault.bit ? "yes" : "no effect", evidence);
}

std::string faults_part(const RunRecord& record, std::span<const Operation> operations) {
  if (record.faults.empty()) return "<h2>Faults</h2>\n<p>None.</p>\n";
  std::string text =
      "<h2>Faults</h2>\n<div class='scroll'><table><tr><th class='number'>#</th>"
      "<th>fault</th><th class='number'>from</th><th class='number'>to</th>"
      "<th>whom</th><th>took effect</th><th>evidence</th></tr>\n";
  const FaultActivity activity = fault_activity(operations, record.faults);
  for (std::size_t i = 0; i < record.faults.size(); ++i) {
    text += fault_row(record.faults[i], activity.during[i]);
  }
  return text + "</table></div>\n";
}

std::string recovery_part(const RunRecord& record) {
  std::string text = fmt::format("<h2>Recovery</h2>\n<p>{}.</p>\n",
                                 escape_markup(capital(recovery_words(record))));
  std::vector<std::string> troubles = record.warnings;
  if (!record.environment_error.empty()) troubles.push_back(record.environment_error);
  if (!record.interrupted.empty()) troubles.push_back("cut short: " + record.interrupted);
  if (!record.saw_enough.empty()) troubles.push_back("ended early: " + record.saw_enough);
  for (const Connectivity::Broken& broken : record.connectivity.broken) {
    troubles.push_back(
        fmt::format("{} could not reach {}: {}", broken.from, broken.to, broken.why));
  }
  if (troubles.empty()) return text;
  text += "<ul>";
  for (const std::string& trouble : troubles) text += "<li>" + escape_markup(trouble) + "</li>";
  return text + "</ul>\n";
}

std::string nodes_part(const RunRecord& record) {
  if (record.nodes.empty()) return "";
  std::string text = "<h2>Nodes</h2>\n";
  for (const NodeRecord& node : record.nodes) {
    std::string log;
    for (const std::string& line : node.log_tail) log += escape_markup(line) + "\n";
    text += fmt::format(
        "<details{}><summary>{} {} &middot; {}{}</summary><pre>{}</pre></details>\n",
        node.deaths.empty() ? "" : " open", escape_markup(node.name), escape_markup(node.address),
        escape_markup(node.log_file),
        node.deaths.empty() ? ""
                            : " &middot; ended by itself: " + escape_markup(listed(node.deaths)),
        log.empty() ? "(nothing)" : log);
  }
  return text;
}

}  // namespace

std::string html_report(const Report& report) {
  const std::string title = report.record != nullptr ? report.record->plan.name : "history";
  std::string page = fmt::format(
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
      "<meta name='viewport' content='width=device-width,initial-scale=1'>\n"
      "<title>{} {} - faultrig</title>\n<style>{}</style></head>\n<body><main>\n",
      verdict_word(report.validity), escape_markup(title), page_style);
  page += banner(report) + story_part(report) + chart_part(report) + checks_part(report) +
          operations_part(report);
  if (report.record != nullptr) {
    page += faults_part(*report.record, report.operations) + recovery_part(*report.record) +
            repeat(report) + nodes_part(*report.record);
  }
  return page + "</main><script>" + std::string(page_script) + "</script></body></html>\n";
}

}  // namespace faultrig
