#include "checkers/history/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {
namespace {

bool is_read(std::string_view f) { return f == "read" || f == "get"; }

std::string words_for(const Value& value) { return value.is_nil() ? "nil" : value.to_string(); }

// One invocation or completion on its way to a column.
struct End {
  std::int64_t index;
  std::size_t operation;
  bool is_invocation;
};

struct Bar {
  std::size_t begin = 0;
  std::size_t end = 0;  // the column of the closing mark
  std::string label;
};

std::vector<End> ends_in_order(std::span<const Operation> operations) {
  std::vector<End> ends;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    ends.push_back({operations[i].invoked_at, i, true});
    if (operations[i].outcome != Outcome::info) {
      ends.push_back({operations[i].completed_at, i, false});
    }
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.index < b.index; });
  return ends;
}

// Columns as far left as the order and the labels allow, with `gap` columns from end to end.
// Returns the right edge.
std::size_t lay_out(const std::vector<End>& ends, std::span<const Operation> operations,
                    std::size_t gap, std::vector<Bar>& bars) {
  constexpr std::size_t frame = 5;  // |-- and --| without the first column
  std::size_t next = 0;
  std::size_t edge = 0;
  for (const End& end : ends) {
    Bar& bar = bars[end.operation];
    if (end.is_invocation) {
      bar.begin = next;
      edge = std::max(edge, bar.begin + bar.label.size() + frame);
      next = bar.begin + gap;
    } else {
      bar.end = std::max(next, bar.begin + bar.label.size() + frame);
      edge = std::max(edge, bar.end);
      next = bar.end + gap;
    }
  }
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].outcome == Outcome::info) bars[i].end = edge;
  }
  return edge;
}

char closing_mark(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return '|';
    case Outcome::fail:
      return 'x';
    case Outcome::info:
      return '?';
  }
  return '?';
}

std::string text_of(const Bar& bar, Outcome outcome) {
  const std::size_t dashes = bar.end - bar.begin - 1 - bar.label.size();
  return '|' + std::string(dashes / 2, '-') + bar.label + std::string(dashes - dashes / 2, '-') +
         closing_mark(outcome);
}

}  // namespace

std::string timeline_label(const Operation& operation) {
  std::string label;
  if (operation.key) label = fmt::format("[{}] ", words_for(*operation.key));
  label += operation.f;
  const bool answered = operation.outcome == Outcome::ok;
  if (is_read(operation.f) && operation.input.is_nil()) {
    return answered ? label + ' ' + words_for(operation.output) : label;
  }
  if (operation.f == "cas" && operation.input.is_list() && operation.input.as_list().size() == 2) {
    const Value::List& pair = operation.input.as_list();
    label += fmt::format(" {}->{}", words_for(pair[0]), words_for(pair[1]));
  } else if (!operation.input.is_nil()) {
    label += ' ' + words_for(operation.input);
  }
  // A read with an input says its output even when that is nil, or it would look like a plain read.
  const bool says_more =
      is_read(operation.f) || (!operation.output.is_nil() && operation.output != operation.input);
  if (answered && says_more) label += " => " + words_for(operation.output);
  return label;
}

std::string draw_timeline(std::span<const Operation> operations, const DrawOptions& options) {
  std::vector<Bar> bars(operations.size());
  std::map<ProcessId, std::vector<std::size_t>> rows;
  std::vector<ProcessId> order;  // rows in order of their first operation
  std::size_t margin = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    bars[i].label = timeline_label(operations[i]);
    std::vector<std::size_t>& row = rows[operations[i].process];
    if (row.empty()) order.push_back(operations[i].process);
    row.push_back(i);
    margin = std::max(margin, fmt::formatted_size("p{}  ", operations[i].process));
  }
  const std::vector<End> ends = ends_in_order(operations);
  std::size_t gap = 4;
  while (lay_out(ends, operations, gap, bars) + margin >= options.width && gap > 1) --gap;

  std::string text;
  for (ProcessId process : order) {
    std::vector<std::size_t>& row = rows[process];
    std::sort(row.begin(), row.end(),
              [&](std::size_t a, std::size_t b) { return bars[a].begin < bars[b].begin; });
    std::string line = fmt::format("p{}", process);
    for (std::size_t i : row) {
      line.resize(std::max(line.size(), margin + bars[i].begin), ' ');
      line += text_of(bars[i], operations[i].outcome);
    }
    text += line + '\n';
  }
  return text;
}

}  // namespace faultrig
