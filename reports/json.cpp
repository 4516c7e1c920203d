#include "reports/json.hpp"

#include <algorithm>

#include "checkers/history/json.hpp"
#include "reports/bank_story.hpp"
#include "reports/causal_story.hpp"
#include "reports/fault_activity.hpp"
#include "reports/properties_story.hpp"
#include "reports/story.hpp"
#include "reports/text.hpp"

namespace faultrig {
namespace {

Value texts(const std::vector<std::string>& lines) {
  return Value(Value::List(lines.begin(), lines.end()));
}

Value operations_value(const std::vector<Operation>& operations) {
  Value::List list;
  for (const Operation& operation : operations) list.push_back(to_value(operation));
  return Value(std::move(list));
}

Value evidence_of(const NotLinearizable& evidence) {
  Value::List refused;
  for (const NotLinearizable::Refused& candidate : evidence.refused) {
    refused.push_back(Value::map(
        {{"operation", to_value(candidate.operation)}, {"reason", Value(candidate.reason)}}));
  }
  Value::Map fields{{"kind", "not-linearizable"},
                    {"model", evidence.model},
                    {"initial", evidence.initial},
                    {"core", operations_value(evidence.core)},
                    {"core_is_minimal", evidence.core_is_minimal},
                    {"core_is_projected", evidence.core_is_projected},
                    {"drawing", drawn_core(evidence)},
                    {"longest_prefix", evidence.prefix.size()},
                    {"state_after_prefix", evidence.state_after_prefix},
                    {"refused", Value(std::move(refused))},
                    {"operations", evidence.operations}};
  if (evidence.key) fields.emplace_back("key", *evidence.key);
  return Value(std::move(fields));
}

Value indices(const std::vector<std::size_t>& numbers) {
  return Value(Value::List(numbers.begin(), numbers.end()));
}

// Links and cycle count from 0, in `operations` and in `links`.
Value evidence_of(const NotCausal& evidence) {
  Value::List links;
  for (const NotCausal::Link& link : evidence.links) {
    Value::Map fields{{"from", link.from},
                      {"to", link.to},
                      {"reason", to_string(link.reason)},
                      {"words", reason_words(evidence, link)}};
    if (link.read) fields.emplace_back("read", *link.read);
    if (!link.premise.empty()) fields.emplace_back("premise", indices(link.premise));
    links.emplace_back(std::move(fields));
  }
  return Value::map({{"kind", "not-causal"},
                     {"promise", evidence.promise},
                     {"pattern", evidence.pattern},
                     {"initial", evidence.initial},
                     {"operations", operations_value(evidence.operations)},
                     {"links", Value(std::move(links))},
                     {"cycle", indices(evidence.cycle)},
                     {"drawing", drawn_contradiction(evidence)}});
}

Value evidence_of(const BrokenBank& evidence) {
  const auto bad = [](const BrokenBank::BadRead& read) {
    return Value::map({{"operation", to_value(read.read)}, {"what", bad_read_words(read)}});
  };
  return Value::map({{"kind", "broken-bank"},
                     {"total", evidence.total},
                     {"reads", evidence.reads},
                     {"bad", evidence.bad},
                     {"first", bad(evidence.first)},
                     {"worst", bad(evidence.worst)},
                     {"last", bad(evidence.last)}});
}

Value evidence_of(const BrokenProperties& evidence) {
  Value::Map counts;
  for (const auto& [property, count] : evidence.counts) counts.emplace_back(property, count);
  Value::List findings;
  for (const BrokenProperties::Finding& finding : evidence.findings) {
    Value::Map fields{{"property", finding.property},
                      {"words", finding.words},
                      {"operations", operations_value(finding.operations)}};
    if (finding.key) fields.emplace_back("key", *finding.key);
    findings.emplace_back(std::move(fields));
  }
  return Value::map({{"kind", "broken-properties"},
                     {"counts", Value(std::move(counts))},
                     {"findings", Value(std::move(findings))},
                     {"drawing", drawn_finding(evidence)},
                     {"reads_are_projected", evidence.reads_are_projected}});
}

Value checker_value(const Verdict& verdict) {
  Value::Map statistics;
  for (const auto& [name, figure] : verdict.statistics) statistics.emplace_back(name, figure);
  return Value::map({{"name", Value(verdict.checker)},
                     {"validity", Value(to_string(verdict.validity))},
                     {"procedure", Value(verdict.procedure)},
                     {"reasons", texts(verdict.reasons)},
                     {"statistics", Value(std::move(statistics))},
                     {"evidence", to_value(verdict.evidence)}});
}

Value time_value(const std::optional<Time>& time) { return time ? Value(time->count()) : Value(); }

// Successes within the window of each fault, by its id and kind of operation.
Value meanwhile(const RunRecord& record, std::span<const Operation> operations) {
  const FaultActivity activity = fault_activity(operations, record.faults);
  Value::Map faults;
  for (std::size_t i = 0; i < record.faults.size(); ++i) {
    Value::Map counts;
    for (const auto& [kind, count] : activity.during[i]) counts.emplace_back(kind, count);
    faults.emplace_back(std::to_string(record.faults[i].id), Value(std::move(counts)));
  }
  return Value(std::move(faults));
}

void add_run(const RunRecord& record, std::span<const Operation> operations, Value::Map& fields) {
  const auto bit = std::count_if(record.faults.begin(), record.faults.end(),
                                 [](const FaultRecord& fault) { return fault.bit; });
  fields.emplace_back("faults", Value::map({{"struck", Value(record.faults.size())},
                                            {"took_effect", Value(bit)},
                                            {"ok_meanwhile", meanwhile(record, operations)}}));
  fields.emplace_back("recovery", Value::map({{"healed_ns", time_value(record.healed)},
                                              {"connected_ns", time_value(record.connected)},
                                              {"recovered_ns", time_value(record.recovered)}}));
  fields.emplace_back("target", record.plan.target);
  fields.emplace_back("workload", record.plan.workload);
  fields.emplace_back("bugs", texts(record.plan.bugs));
  // As text: a seed uses all 64 bits, which many JSON readers cannot hold in a number.
  fields.emplace_back("seed",
                      record.plan.seed ? Value(std::to_string(*record.plan.seed)) : Value());
  fields.emplace_back("repeat_with", record.repeat_with);
  fields.emplace_back("folder", record.folder);
  fields.emplace_back("interrupted", record.interrupted);
  fields.emplace_back("saw_enough", record.saw_enough);
  fields.emplace_back("environment_error", record.environment_error);
}

void indent(std::string& out, const Value& value, std::size_t depth) {
  const std::string inner((depth + 1) * 2, ' ');
  const bool is_list = value.is_list() && !value.as_list().empty();
  const bool is_map = value.is_map() && !value.as_map().empty();
  if (!is_list && !is_map) {
    out += to_json(value);
    return;
  }
  out += is_list ? "[\n" : "{\n";
  const char* separator = "";
  const auto begin_item = [&] {
    out += separator + inner;
    separator = ",\n";
  };
  if (is_list) {
    for (const Value& item : value.as_list()) {
      begin_item();
      indent(out, item, depth + 1);
    }
  } else {
    for (const auto& [key, field] : value.as_map()) {
      begin_item();
      out += to_json(Value(key)) + ": ";
      indent(out, field, depth + 1);
    }
  }
  out += "\n" + std::string(depth * 2, ' ') + (is_list ? "]" : "}");
}

}  // namespace

Value to_value(const Operation& operation) {
  Value::Map fields{{"process", operation.process},
                    {"f", operation.f},
                    {"input", operation.input},
                    {"output", operation.output},
                    {"outcome", std::string(to_string(operation.outcome))},
                    {"node", operation.node},
                    {"invoked_at", operation.invoked_at},
                    {"invoke_ns", operation.invoke_time.count()}};
  if (operation.key) fields.emplace_back("key", *operation.key);
  if (operation.error) fields.emplace_back("error", *operation.error);
  if (operation.completed_at != Operation::never) {
    fields.emplace_back("completed_at", operation.completed_at);
  }
  if (operation.complete_time) fields.emplace_back("complete_ns", operation.complete_time->count());
  return Value(std::move(fields));
}

Value to_value(const Evidence& evidence) {
  if (const auto* proof = std::get_if<NotLinearizable>(&evidence)) return evidence_of(*proof);
  if (const auto* circle = std::get_if<NotCausal>(&evidence)) return evidence_of(*circle);
  if (const auto* bank = std::get_if<BrokenBank>(&evidence)) return evidence_of(*bank);
  if (const auto* broken = std::get_if<BrokenProperties>(&evidence)) return evidence_of(*broken);
  if (const auto* inactivity = std::get_if<Inactivity>(&evidence)) {
    return Value::map({{"kind", "inactivity"}, {"gaps", texts(inactivity->gaps)}});
  }
  return Value();
}

std::string indented_json(const Value& value) {
  std::string out;
  indent(out, value, 0);
  return out + "\n";
}

std::string verdict_json(const Report& report) {
  Value::List checkers;
  for (const Verdict& verdict : report.verdicts) checkers.push_back(checker_value(verdict));
  Value::Map operations;
  for (const auto& [kind, counts] : count_outcomes(report.operations)) {
    operations.emplace_back(kind, Value::map({{"ok", Value(counts.ok)},
                                              {"fail", Value(counts.fail)},
                                              {"info", Value(counts.info)}}));
  }
  Value::Map fields{{"validity", std::string(to_string(report.validity))},
                    {"exit_code", report.exit_code},
                    {"checkers", Value(std::move(checkers))},
                    {"operations", Value(std::move(operations))}};
  if (report.record != nullptr) add_run(*report.record, report.operations, fields);
  return indented_json(Value(std::move(fields)));
}

}  // namespace faultrig
