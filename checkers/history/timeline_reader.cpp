// The other direction of checkers/history/timeline.hpp: text to history.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "checkers/history/json.hpp"
#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

struct DrawnBar {
  Event invocation;
  std::optional<Event> completion;  // none when unknown
  std::size_t begin;
  std::size_t end;
  std::int64_t line;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Where `what` occurs outside JSON strings, from `at` on.
std::size_t find_outside_strings(std::string_view text, std::string_view what, std::size_t at = 0) {
  bool quoted = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text.substr(i).starts_with(what)) {
      return i;
    }
  }
  return std::string_view::npos;
}

class TimelineReader {
 public:
  explicit TimelineReader(const std::string& source) : source_(source) {}

  Timeline read(std::string_view text) {
    bool below = false;  // the line of dashes
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++line_;
      const std::string_view words = trimmed(line);
      if (words.starts_with('#') || words.empty()) continue;
      if (words == "----") {
        below = true;
      } else if (below) {
        if (!timeline_.expected.empty()) timeline_.expected += '\n';
        timeline_.expected += words;
      } else if (words.starts_with("check ")) {
        read_header(words.substr(6));
      } else {
        read_row(line);
      }
    }
    timeline_.history = built();
    return std::move(timeline_);
  }

 private:
  [[noreturn]] void refuse(const std::string& rule) const {
    throw HistoryError(source_, line_, rule);
  }

  // `linearizable model=register initial=0`
  void read_header(std::string_view words) {
    while (!(words = trimmed(words)).empty()) {
      const std::size_t end = std::min(words.find(' '), words.size());
      const std::string_view word = words.substr(0, end);
      words.remove_prefix(end);
      if (timeline_.checker.empty()) {
        timeline_.checker = word;
        continue;
      }
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) {
        refuse(fmt::format("\"{}\" in a check line; after the checker come name=value", word));
      }
      timeline_.options[std::string(word.substr(0, equals))] = word.substr(equals + 1);
    }
  }

  ProcessId process_of(std::string_view line, std::size_t& at) const {
    ProcessId process = 0;
    at = line.find_first_not_of(' ');
    const char* begin = line.data() + at + 1;
    const char* end = line.data() + line.size();
    if (line[at] != 'p') refuse("a row starts with its process, as in p3");
    const auto [stop, error] = std::from_chars(begin, end, process);
    if (error != std::errc() || process < 0) refuse("a row starts with its process, as in p3");
    at = static_cast<std::size_t>(stop - line.data());
    return process;
  }

  void read_row(std::string_view line) {
    std::size_t at = 0;
    const ProcessId process = process_of(line, at);
    bool is_retired = false;
    while ((at = line.find_first_not_of(" \r", at)) != std::string_view::npos) {
      if (line[at] != '|') {
        refuse(fmt::format("column {}: a bar starts with |, not with {}", at + 1, line[at]));
      }
      if (is_retired) {
        refuse(
            fmt::format("column {}: process {} acts again after an operation with unknown "
                        "outcome; give the next one a row and number of its own",
                        at + 1, process));
      }
      at = read_bar(line, at, process) + 1;
      is_retired = !bars_.back().completion.has_value();
    }
  }

  // The first closing mark after the label: | or ? anywhere outside strings, x behind two dashes.
  std::size_t end_of_bar(std::string_view line, std::size_t begin) const {
    const std::size_t label = std::min(line.find_first_not_of('-', begin + 1), line.size());
    std::size_t end = std::string_view::npos;
    for (std::string_view mark : {"|", "?", "--x"}) {
      const std::size_t found = find_outside_strings(line, mark, label);
      if (found != std::string_view::npos) end = std::min(end, found + mark.size() - 1);
    }
    if (end == std::string_view::npos) {
      refuse(
          fmt::format("column {}: this bar has no end; | is ok, ? unknown, --x failed", begin + 1));
    }
    return end;
  }

  std::size_t read_bar(std::string_view line, std::size_t begin, ProcessId process) {
    const std::size_t end = end_of_bar(line, begin);
    std::string_view label = line.substr(begin + 1, end - begin - 1);
    label.remove_prefix(std::min(label.find_first_not_of('-'), label.size()));
    label = label.substr(0, label.find_last_not_of('-') + 1);
    label = trimmed(label);
    if (label.empty()) refuse(fmt::format("column {}: this bar has no label", begin + 1));
    DrawnBar bar{{}, std::nullopt, begin, end, line_};
    bar.invocation.process = process;
    Value output;
    read_label(label, bar.invocation, output);
    if (line[end] != '?') {
      bar.completion = bar.invocation;
      bar.completion->type = line[end] == '|' ? EventType::ok : EventType::fail;
      bar.completion->value = output;
    }
    bars_.push_back(std::move(bar));
    return end;
  }

  Value value_of(std::string_view text) const {
    text = trimmed(text);
    if (text == "nil") return {};
    try {
      return parse_json(text);
    } catch (const JsonError&) {
      refuse(fmt::format("\"{}\" is no value; values are JSON, or nil", text));
    }
  }

  void read_label(std::string_view label, Event& invocation, Value& output) const {
    if (label.starts_with('[')) {
      const std::size_t close = find_outside_strings(label, "] ");
      if (close == std::string_view::npos) refuse("a key is written [7], with a space behind it");
      invocation.key = value_of(label.substr(1, close - 1));
      label = trimmed(label.substr(close + 1));
    }
    const std::size_t result = find_outside_strings(label, " => ");
    const bool has_output = result != std::string_view::npos;
    if (has_output) {
      output = value_of(label.substr(result + 4));
      label = label.substr(0, result);
    }
    const std::size_t space = std::min(label.find(' '), label.size());
    invocation.f = label.substr(0, space);
    const std::string_view argument = trimmed(label.substr(space));
    if (argument.empty()) return;
    const std::size_t arrow = find_outside_strings(argument, "->");
    if (invocation.f == "cas" && arrow != std::string_view::npos) {
      invocation.value =
          Value::list({value_of(argument.substr(0, arrow)), value_of(argument.substr(arrow + 2))});
    } else if ((invocation.f == "read" || invocation.f == "get") && !has_output) {
      output = value_of(argument);
    } else {
      invocation.value = value_of(argument);
    }
  }

  History built() {
    struct End {
      std::size_t column;
      bool is_completion;
      std::size_t bar;
    };
    std::vector<End> ends;
    for (std::size_t i = 0; i < bars_.size(); ++i) {
      ends.push_back({bars_[i].begin, false, i});
      if (bars_[i].completion) ends.push_back({bars_[i].end, true, i});
    }
    std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) {
      return a.column != b.column ? a.column < b.column : a.is_completion < b.is_completion;
    });
    HistoryBuilder builder(source_);
    std::int64_t index = 0;
    for (const End& end : ends) {
      DrawnBar& bar = bars_[end.bar];
      Event& event = end.is_completion ? *bar.completion : bar.invocation;
      event.index = index++;
      event.time = Time(event.index * 1'000'000);  // a made-up millisecond each
      builder.add(event, bar.line);
    }
    return builder.finish();
  }

  std::string source_;
  std::int64_t line_ = 0;
  Timeline timeline_;
  std::vector<DrawnBar> bars_;
};

}  // namespace

Timeline parse_timeline(std::string_view text, const std::string& source) {
  return TimelineReader(source).read(text);
}

}  // namespace faultrig
