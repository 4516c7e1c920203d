#include "checkers/history/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace faultrig {
namespace {

std::string words_for(const std::optional<Value>& key) {
  return key ? "key " + key->to_string() : std::string("no key");
}

}  // namespace

HistoryError::HistoryError(std::string source_name, std::int64_t line_number, std::string rule_text)
    : std::runtime_error(fmt::format("{}:{}: {}", source_name, line_number, rule_text)),
      source(std::move(source_name)),
      line(line_number),
      rule(std::move(rule_text)) {}

HistoryBuilder::HistoryBuilder(std::string source) : source_(std::move(source)) {}

void HistoryBuilder::refuse(std::int64_t line, std::string rule) const {
  throw HistoryError(source_, line, std::move(rule));
}

void HistoryBuilder::check_order(const Event& event, std::int64_t line) const {
  if (event.index != next_index_) {
    refuse(line, fmt::format("index {} where {} was due{}; indices count 0, 1, 2 ... without gaps",
                             event.index, next_index_,
                             last_line_ > 0 ? fmt::format(" after line {}", last_line_) : ""));
  }
  if (event.time < last_time_) {
    refuse(line, fmt::format("time goes back from {} ns{} to {} ns", last_time_.count(),
                             last_line_ > 0 ? fmt::format(" on line {}", last_line_) : "",
                             event.time.count()));
  }
  if (event.process < 0) {
    refuse(line, fmt::format("process {}; a process is a number from 0", event.process));
  }
  if (event.f.empty()) {
    refuse(line, fmt::format("process {}: f, the kind of operation, is empty", event.process));
  }
}

void HistoryBuilder::add(const Event& event, std::int64_t line) {
  check_order(event, line);
  if (event.type == EventType::invoke) {
    add_invocation(event, line);
  } else {
    add_completion(event, line);
  }
  ++next_index_;
  last_time_ = event.time;
  last_line_ = line;
}

void HistoryBuilder::add_invocation(const Event& event, std::int64_t line) {
  if (auto other = in_flight_.find(event.process); other != in_flight_.end()) {
    refuse(line, fmt::format("process {} invoked {} while its {} of line {} is still in flight",
                             event.process, event.f, operations_[other->second.operation].f,
                             other->second.line));
  }
  if (auto retired = retired_.find(event.process); retired != retired_.end()) {
    refuse(line, fmt::format("process {} invoked {} after its info on line {}; a process whose "
                             "operation ended in info never acts again",
                             event.process, event.f, retired->second));
  }
  Operation operation;
  operation.process = event.process;
  operation.f = event.f;
  operation.key = event.key;
  operation.input = event.value;
  operation.node = event.node;
  operation.invoked_at = event.index;
  operation.invoke_time = event.time;
  operations_.push_back(std::move(operation));
  in_flight_.emplace(event.process, InFlight{operations_.size() - 1, line});
}

void HistoryBuilder::add_completion(const Event& event, std::int64_t line) {
  auto found = in_flight_.find(event.process);
  if (found == in_flight_.end()) {
    auto retired = retired_.find(event.process);
    refuse(line, fmt::format("process {} completed {} ({}) with nothing in flight{}", event.process,
                             event.f, to_string(event.type),
                             retired == retired_.end()
                                 ? ""
                                 : fmt::format("; its last operation ended in info on line {}",
                                               retired->second)));
  }
  Operation& operation = operations_[found->second.operation];
  if (operation.f != event.f) {
    refuse(line, fmt::format("process {} completed {}, but in flight is its {} of line {}",
                             event.process, event.f, operation.f, found->second.line));
  }
  if (operation.key != event.key) {
    refuse(line, fmt::format("process {} completed {} with {}, but line {} invoked it with {}",
                             event.process, event.f, words_for(event.key), found->second.line,
                             words_for(operation.key)));
  }
  if (event.type == EventType::info) retired_.emplace(event.process, line);
  operation.outcome = event.type == EventType::ok     ? Outcome::ok
                      : event.type == EventType::fail ? Outcome::fail
                                                      : Outcome::info;
  if (event.type == EventType::ok) operation.output = event.value;
  if (event.type != EventType::info) operation.completed_at = event.index;
  operation.complete_time = event.time;
  operation.error = event.error;
  if (operation.node.empty()) operation.node = event.node;
  in_flight_.erase(found);
}

History HistoryBuilder::finish() {
  History history;
  history.operations_ = std::move(operations_);
  *this = HistoryBuilder(source_);
  return history;
}

History history_from(std::span<const Event> events, std::string source) {
  HistoryBuilder builder(std::move(source));
  for (const Event& event : events) builder.add(event, event.index + 1);
  return builder.finish();
}

namespace {

Event invocation_of(const Operation& operation) {
  Event event;
  event.time = operation.invoke_time;
  event.process = operation.process;
  event.f = operation.f;
  event.key = operation.key;
  event.value = operation.input;
  event.node = operation.node;
  return event;
}

Event completion_of(const Operation& operation) {
  Event event = invocation_of(operation);
  event.time = operation.complete_time.value_or(operation.invoke_time);
  event.type = operation.outcome == Outcome::ok ? EventType::ok : EventType::fail;
  event.value = operation.outcome == Outcome::ok ? operation.output : operation.input;
  event.error = operation.error;
  return event;
}

}  // namespace

std::vector<Event> events_of(std::span<const Operation> operations) {
  std::vector<std::tuple<std::int64_t, const Operation*, bool>>
      ends;  // where, whose, is invocation
  for (const Operation& operation : operations) {
    ends.emplace_back(operation.invoked_at, &operation, true);
    if (operation.outcome != Outcome::info) {
      ends.emplace_back(operation.completed_at, &operation, false);
    }
  }
  std::sort(ends.begin(), ends.end(),
            [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
  std::vector<Event> events;
  Time latest{};
  for (const auto& [at, operation, is_invocation] : ends) {
    Event event = is_invocation ? invocation_of(*operation) : completion_of(*operation);
    event.index = static_cast<std::int64_t>(events.size());
    event.time = latest = std::max(latest, event.time);
    events.push_back(std::move(event));
  }
  return events;
}

History history_of(std::span<const Operation> operations) {
  return history_from(events_of(operations));
}

}  // namespace faultrig
