#include "reports/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace faultrig {

std::string seconds(Time time) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(time).count();
  const char* sign = milliseconds < 0 ? "-" : "";
  const auto magnitude = milliseconds < 0 ? -milliseconds : milliseconds;
  return fmt::format("{}{}.{:03} s", sign, magnitude / 1000, magnitude % 1000);
}

std::string until(const std::optional<Time>& time) { return time ? seconds(*time) : "the end"; }

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& words) {
  if (words.empty()) return "nothing";
  if (words.size() == 1) return words.front();
  return fmt::format("{} and {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

std::string value_words(const Value& value) { return value.is_nil() ? "nil" : value.to_string(); }

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string verdict_word(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return "VALID";
    case Validity::unknown:
      return "UNKNOWN";
    case Validity::invalid:
      return "INVALID";
  }
  return "?";
}

std::string describe_without_key(const Operation& operation) {
  Operation keyless = operation;
  keyless.key.reset();
  return describe(keyless);
}

Time ended_at(const Operation& operation) {
  return operation.complete_time.value_or(operation.invoke_time);
}

std::string fault_clause(const FaultRecord& fault) {
  const std::string who = listed(fault.targets);
  const std::string was = fault.targets.size() == 1 ? "was" : "were";
  const std::string when = fmt::format("from {} to {}", seconds(fault.started), until(fault.ended));
  if (fault.family == "kill") {
    const char* what = fault.kind == "restart" ? "killed and restarted in turn" : "down (killed)";
    return fmt::format("{} {} {} {}", who, was, what, when);
  }
  if (fault.family == "power") return fmt::format("{} {} without power {}", who, was, when);
  if (fault.family == "pause") return fmt::format("{} {} standing still {}", who, was, when);
  return fmt::format("{} {}: {}", fault.kind, when, fault.detail);
}

std::string evidence_words(const FaultRecord& fault) {
  if (fault.evidence.empty()) return "";
  // "n1: 1 process ended" is of one node; any other first line sums up those after it.
  const auto of_node = [&](const std::string& line) {
    const std::string node = line.substr(0, line.find(": "));
    return std::find(fault.targets.begin(), fault.targets.end(), node) != fault.targets.end();
  };
  const auto rest_of = [](const std::string& line) { return line.substr(line.find(": ") + 2); };
  const std::string& first = fault.evidence.front();
  const std::size_t count = fault.evidence.size();
  if (count == 1 || !of_node(first)) return first;
  const bool all_alike = std::all_of(
      fault.evidence.begin(), fault.evidence.end(),
      [&](const std::string& line) { return of_node(line) && rest_of(line) == rest_of(first); });
  if (all_alike) return fmt::format("{} nodes: {} each", count, rest_of(first));
  return fmt::format("{}; and {} more", first, count - 1);
}

bool in_force(const FaultRecord& fault, Time from, Time to) {
  return fault.started <= to && (!fault.ended || *fault.ended >= from);
}

std::string why_unmeasured(const RunRecord& record) {
  if (record.connected && record.recovered) return "";
  if (!record.interrupted.empty()) return "the run was interrupted";
  if (!record.saw_enough.empty()) return "the run ended at its first violation";
  if (!record.environment_error.empty()) return "the machine refused something before that";
  const bool none_runs =
      !record.nodes.empty() &&
      std::all_of(record.nodes.begin(), record.nodes.end(),
                  [](const NodeRecord& node) { return !node.down_at_end.empty(); });
  return none_runs && record.connectivity.pairs == 0 ? "no node ran after healing" : "";
}

std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
  std::string out, line(indent);
  bool is_empty = true;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find(' ', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(at, end - at);
    if (!is_empty && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = indent;
      is_empty = true;
    }
    if (!is_empty) line += ' ';
    line += word;
    is_empty = false;
    at = end + 1;
  }
  return out + line + "\n";
}

}  // namespace faultrig
