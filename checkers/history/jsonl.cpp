#include "checkers/history/jsonl.hpp"

#include <fmt/format.h>

#include <utility>

#include "checkers/history/event_line.hpp"
#include "checkers/history/json.hpp"

namespace faultrig {
namespace {

// What a field of an event must be; thrown inside, given its place by the callers.
struct FieldError {
  std::string rule;
};

[[noreturn]] void refuse_field(std::string_view name, std::string_view wanted, const Value* found) {
  if (found == nullptr) throw FieldError{fmt::format("the event has no \"{}\"", name)};
  throw FieldError{fmt::format("\"{}\" is {}, not {}: {}", name, to_string(found->kind()), wanted,
                               found->to_string().substr(0, 60))};
}

std::int64_t integer_field(const Value& event, std::string_view name) {
  const Value* field = event.find(name);
  if (field == nullptr || !field->is_integer()) refuse_field(name, "an integer", field);
  return field->as_integer();
}

std::string string_field(const Value& event, std::string_view name) {
  const Value* field = event.find(name);
  if (field == nullptr || !field->is_string()) refuse_field(name, "a string", field);
  return field->as_string();
}

EventType type_field(const Value& event) {
  const std::string word = string_field(event, "type");
  if (auto type = event_type_from(word)) return *type;
  throw FieldError{fmt::format("type \"{}\"; known are invoke, ok, fail and info", word)};
}

// Absent and null mean the same.
std::string optional_string(const Value& event, std::string_view name) {
  const Value* field = event.find(name);
  return field == nullptr || field->is_nil() ? std::string() : string_field(event, name);
}

constexpr std::string_view nemesis = "nemesis";

bool is_of_nemesis(const Value& line) {
  const Value* process = line.is_map() ? line.find("process") : nullptr;
  return process != nullptr && process->is_string() && process->as_string() == nemesis;
}

Event event_from(const Value& value) {
  if (!value.is_map()) {
    throw FieldError{fmt::format("an event is a JSON object, not {}", to_string(value.kind()))};
  }
  Event event;
  event.index = integer_field(value, "index");
  event.time = Time(integer_field(value, "time"));
  event.type = type_field(value);
  event.process = integer_field(value, "process");
  event.f = string_field(value, "f");
  if (const Value* key = value.find("key"); key != nullptr && !key->is_nil()) event.key = *key;
  if (const Value* argument = value.find("value")) event.value = *argument;
  if (const Value* error = value.find("error"); error != nullptr && !error->is_nil()) {
    // Other tools put structures here; the text is only shown to people.
    event.error = error->is_string() ? error->as_string() : error->to_string();
  }
  event.node = optional_string(value, "node");
  return event;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::string to_json_line(const Event& event) {
  std::string line =
      fmt::format(R"({{"index":{},"time":{},"type":"{}","process":{},"f":{})", event.index,
                  event.time.count(), to_string(event.type), event.process, to_json(event.f));
  if (event.key) line += ",\"key\":" + to_json(*event.key);
  line += ",\"value\":" + to_json(event.value);
  if (event.error) line += ",\"error\":" + to_json(*event.error);
  if (!event.node.empty()) line += ",\"node\":" + to_json(event.node);
  return line + '}';
}

std::string to_json_line(Time time, std::string_view f, const Value& value) {
  return fmt::format(R"({{"time":{},"type":"info","process":"{}","f":{},"value":{}}})",
                     time.count(), nemesis, to_json(f), to_json(value));
}

Event event_from_json_line(std::string_view line) {
  try {
    return event_from(parse_json(line));
  } catch (const FieldError& error) {
    throw HistoryError("event", 1, error.rule);
  }
}

JsonLinesHistory read_history_jsonl(std::string_view text, const std::string& source) {
  JsonLinesHistory result;
  HistoryBuilder builder(source);
  std::int64_t line_number = 0;
  Event event;  // one for all lines, so that its strings keep their memory
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool complete = end != std::string_view::npos;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(complete ? end + 1 : text.size());
    ++line_number;
    if (is_blank(line)) continue;
    try {
      if (!read_plain_event(line, event)) {
        const Value value = parse_json(line);
        if (is_of_nemesis(value)) continue;
        event = event_from(value);
      }
      builder.add(event, line_number);
    } catch (const JsonError& error) {
      if (complete) {
        throw HistoryError(source, line_number,
                           fmt::format("not JSON at byte {}: {}", error.byte, error.what()));
      }
      result.warnings.push_back(
          fmt::format("{}:{}: the last line is cut off and was left out, as when the writer is "
                      "killed; an operation it completed counts as unknown",
                      source, line_number));
    } catch (const FieldError& error) {
      throw HistoryError(source, line_number, error.rule);
    }
  }
  result.history = builder.finish();
  return result;
}

}  // namespace faultrig
