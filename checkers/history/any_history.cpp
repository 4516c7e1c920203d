#include "checkers/history/any_history.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "checkers/history/edn.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"
#include "checkers/history/log_readers.hpp"
#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

constexpr std::array<std::pair<std::string_view, HistoryFormat>, 6> names = {{
    {"jsonl", HistoryFormat::jsonl},
    {"json", HistoryFormat::json},
    {"edn", HistoryFormat::edn},
    {"etcd-log", HistoryFormat::etcd_log},
    {"limo", HistoryFormat::limo},
    {"drawing", HistoryFormat::drawing},
}};

std::string cut_off_warning(const std::string& source, std::int64_t line) {
  return fmt::format(
      "{}:{}: the last event is cut off and was left out; an operation it completed counts as "
      "unknown",
      source, line);
}

void read_edn(std::string_view text, Keyed keyed, const std::string& source, AnyHistory& result) {
  ForeignEvents events(source);
  EdnReader reader(text);
  try {
    reader.enter_list();
    while (const auto form = reader.next()) events.add_map(*form, reader.line());
  } catch (const EdnError& error) {
    if (!error.is_cut_off) throw HistoryError(source, error.line, error.what());
    // What breaks off before its first event is no history that was cut off.
    if (events.is_empty()) throw HistoryError(source, reader.line(), error.what());
    result.warnings.push_back(cut_off_warning(source, error.line));
  }
  result.history = events.finish(keyed);
  result.warnings.insert(result.warnings.end(), events.warnings().begin(), events.warnings().end());
}

// Cuts a text of JSON maps, in an array or one after the other, into the maps: their braces
// are counted here, their content is left to the JSON reader.
class JsonMaps {
 public:
  explicit JsonMaps(std::string_view text) : text_(text) {}

  // Empty at the end. `is_whole` is false when the text ends inside it.
  std::string_view next() {
    is_whole = true;
    while (at_ < text_.size() && text_[at_] != '{') {
      const bool belongs_between = std::string_view(" \t\r\n,[]").find(text_[at_]) != text_.npos;
      if (!belongs_between) return text_.substr(at_, 1);
      if (text_[at_] == '\n') ++line;
      ++at_;
    }
    const std::size_t begin = at_;
    is_whole = begin == text_.size();
    int depth = 0;
    bool in_string = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line;
      if (c == '\\' && in_string) {
        ++at_;
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string && c == '{') {
        ++depth;
      } else if (!in_string && c == '}' && --depth == 0) {
        ++at_;
        is_whole = true;
        break;
      }
    }
    return text_.substr(begin, std::min(at_, text_.size()) - begin);
  }

  bool is_whole = true;
  std::int64_t line = 1;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

void read_json(std::string_view text, Keyed keyed, const std::string& source, AnyHistory& result) {
  ForeignEvents events(source);
  JsonMaps maps(text);
  while (true) {
    const std::string_view map = maps.next();
    if (map.empty()) break;
    if (!maps.is_whole && events.is_empty()) {
      throw HistoryError(source, 1, "the text ends inside its first map");
    }
    if (!maps.is_whole) {
      result.warnings.push_back(cut_off_warning(source, maps.line));
      break;
    }
    try {
      events.add_map(parse_json(map), maps.line);
    } catch (const JsonError& error) {
      throw HistoryError(source, maps.line, fmt::format("not JSON: {}", error.what()));
    }
  }
  result.history = events.finish(keyed);
  result.warnings.insert(result.warnings.end(), events.warnings().begin(), events.warnings().end());
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

// Without leading blanks, and without comment lines of LiMo logs and drawings.
std::string_view without_comments(std::string_view text) {
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    if (!text.starts_with('#') || text.starts_with("#{") || text.starts_with("#j") ||
        text.starts_with("#k")) {
      return text;
    }
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end);
  }
}

}  // namespace

std::optional<HistoryFormat> history_format_from(std::string_view word) {
  for (const auto& [name, format] : names) {
    if (name == word) return format;
  }
  return std::nullopt;
}

std::string history_format_names() {
  std::string text;
  for (const auto& [name, format] : names)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  return text;
}

std::optional<HistoryFormat> recognise_format(std::string_view whole) {
  const std::string_view text = without_comments(whole);
  const std::string_view line = first_line(text);
  if (text.empty()) return std::nullopt;
  if (line.starts_with("check ") || (line.starts_with('p') && line.find('|') != line.npos)) {
    return HistoryFormat::drawing;
  }
  if (line.starts_with("INFO") && line.find("jepsen") != line.npos) return HistoryFormat::etcd_log;
  if (line.find("] call ") != line.npos) return HistoryFormat::limo;
  const std::size_t inside = text.find_first_not_of("[( \t\r\n");
  const std::string_view content = inside == text.npos ? std::string_view() : text.substr(inside);
  if (content.starts_with("#jepsen") || content.starts_with("#knossos")) return HistoryFormat::edn;
  // An empty list is a history without events.
  if (content.starts_with(']') || content.starts_with(')')) return HistoryFormat::edn;
  if (!content.starts_with('{')) return std::nullopt;
  const std::size_t key = content.find_first_not_of(" \t\r\n", 1);
  if (key == content.npos) return std::nullopt;
  if (content[key] != '"') return HistoryFormat::edn;
  const std::string_view first = content.substr(0, content.find('}'));
  const bool is_ours = text.starts_with('{') && first.find("\"index\"") != first.npos &&
                       first.find("\"time\"") != first.npos;
  return is_ours ? HistoryFormat::jsonl : HistoryFormat::json;
}

AnyHistory read_any_history(std::string_view text, const std::string& source,
                            std::optional<HistoryFormat> format, Keyed keyed) {
  // A run that was killed before its first operation leaves an empty file.
  if (!format && text.empty()) format = HistoryFormat::jsonl;
  if (!format) format = recognise_format(text);
  if (!format) {
    throw HistoryError(source, 1,
                       fmt::format("this looks like no history; --format forces one of {}",
                                   history_format_names()));
  }
  AnyHistory result{*format, {}, {}, {}, {}};
  switch (*format) {
    case HistoryFormat::jsonl: {
      JsonLinesHistory read = read_history_jsonl(text, source);
      result.history = std::move(read.history);
      result.warnings = std::move(read.warnings);
      break;
    }
    case HistoryFormat::json:
      read_json(text, keyed, source, result);
      break;
    case HistoryFormat::edn:
      read_edn(text, keyed, source, result);
      break;
    case HistoryFormat::etcd_log:
    case HistoryFormat::limo: {
      LogHistory log = *format == HistoryFormat::limo ? read_limo_log(text, source)
                                                      : read_etcd_log(text, source);
      result.history = std::move(log.history);
      result.warnings = std::move(log.warnings);
      result.model = std::move(log.model);
      break;
    }
    case HistoryFormat::drawing: {
      Timeline drawing = parse_timeline(text, source);
      result.history = std::move(drawing.history);
      result.checker = std::move(drawing.checker);
      result.options = std::move(drawing.options);
      if (const auto model = result.options.find("model"); model != result.options.end()) {
        result.model = model->second;
      }
      break;
    }
  }
  return result;
}

}  // namespace faultrig
