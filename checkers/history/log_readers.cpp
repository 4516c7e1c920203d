#include "checkers/history/log_readers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "checkers/history/edn.hpp"
#include "checkers/history/foreign_events.hpp"

namespace faultrig {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Takes the first word off the text.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<std::int64_t> integer_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Value value_in(std::string_view text) {
  if (const auto number = integer_in(text)) return Value(*number);
  return Value(text);
}

// Feeds the lines; a rule broken on a last line without newline is a warning.
template <typename Line>
LogHistory read_lines(std::string_view text, const std::string& source, Line read_line) {
  LogHistory result;
  ForeignEvents events(source);
  std::int64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool is_whole = end != std::string_view::npos;
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(is_whole ? end + 1 : text.size());
    ++number;
    if (line.empty()) continue;
    const std::string rule = read_line(line, number, events, result);
    if (rule.empty()) continue;
    if (is_whole) throw HistoryError(source, number, rule);
    result.warnings.push_back(
        fmt::format("{}:{}: the last line is cut off and was left out", source, number));
  }
  result.history = events.finish(Keyed::no);
  return result;
}

// Empty, or the rule that the line breaks.
std::string read_etcd_line(std::string_view line, std::int64_t number, ForeignEvents& events) {
  take_word(line);  // INFO
  take_word(line);  // jepsen.util
  take_word(line);  // -
  const std::string_view process = take_word(line);
  const std::string_view type = take_word(line);
  const std::string_view f = take_word(line);
  if (!type.starts_with(':') || !f.starts_with(':')) {
    return "a line of a Jepsen log reads `INFO  jepsen.util - process :type :f value`";
  }
  const auto id = integer_in(process);
  if (!id) return process.starts_with(':') ? "" : "the process is no number";
  const auto known = event_type_from(type.substr(1));
  if (!known) return fmt::format("an event is an invoke, ok, fail or info, no {}", type);
  Event event;
  event.process = *id;
  event.type = *known;
  event.f = std::string(f.substr(1));
  const std::string_view text = trimmed(line);
  try {
    if (!text.empty() && text != ":timed-out") event.value = parse_edn(text);
  } catch (const EdnError& error) {
    return fmt::format("the value {} is no EDN: {}", text, error.what());
  }
  if (text == ":timed-out") event.error = "timed out";
  // The store answered: what it found was not what the cas asked for.
  if (event.type == EventType::fail && event.f == "cas" && text != ":timed-out") {
    event.type = EventType::ok;
    event.value = Value(false);
  }
  events.add(std::move(event), number);
  return "";
}

std::string name_of_method(std::string_view method, std::string_view model) {
  if (method == "enq") return "enqueue";
  if (method == "deq") return "dequeue";
  if (model == "atomic-set") return std::string(method);
  if (method == "add") return "enqueue";
  if (method == "remove") return "dequeue";
  return std::string(method);
}

class LimoLines {
 public:
  std::string read(std::string_view line, std::int64_t number, ForeignEvents& events,
                   LogHistory& log) {
    if (line.starts_with('#')) {
      constexpr std::string_view mark = "@object";
      const std::size_t at = line.find(mark);
      if (at != std::string_view::npos) {
        log.model = std::string(trimmed(line.substr(at + mark.size())));
      }
      return "";
    }
    const std::size_t closing = line.find(']');
    const auto thread = line.starts_with('[') && closing != std::string_view::npos
                            ? integer_in(trimmed(line.substr(1, closing - 1)))
                            : std::nullopt;
    if (!thread) return "a line reads `[thread] call method(argument)` or `[thread] return value`";
    std::string_view rest = line.substr(closing + 1);
    const std::string_view what = take_word(rest);
    Event event;
    event.process = *thread;
    if (what == "call") return call(trimmed(rest), std::move(event), number, events, log.model);
    if (what != "return") return fmt::format("a thread calls or returns, no `{}`", what);
    event.type = EventType::ok;
    const std::string_view result = trimmed(rest);
    if (!result.empty() && result != "empty") event.value = value_in(result);
    events.add(std::move(event), number);
    return "";
  }

 private:
  static std::string call(std::string_view text, Event event, std::int64_t number,
                          ForeignEvents& events, std::string_view model) {
    const std::size_t end = std::min(text.find_first_of("( \t"), text.size());
    event.f = name_of_method(text.substr(0, end), model);
    std::string_view argument = trimmed(text.substr(end));
    if (argument.starts_with('(')) {
      if (!argument.ends_with(')')) return "the argument has no closing bracket";
      argument = trimmed(argument.substr(1, argument.size() - 2));
    }
    if (event.f.empty()) return "the call names no method";
    if (!argument.empty()) event.value = value_in(argument);
    events.add(std::move(event), number);
    return "";
  }
};

}  // namespace

LogHistory read_etcd_log(std::string_view text, const std::string& source) {
  LogHistory log = read_lines(text, source,
                              [](std::string_view line, std::int64_t number, ForeignEvents& events,
                                 LogHistory&) { return read_etcd_line(line, number, events); });
  log.model = "cas-register";
  return log;
}

LogHistory read_limo_log(std::string_view text, const std::string& source) {
  LimoLines lines;
  return read_lines(text, source,
                    [&](std::string_view line, std::int64_t number, ForeignEvents& events,
                        LogHistory& log) { return lines.read(line, number, events, log); });
}

}  // namespace faultrig
