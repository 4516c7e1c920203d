// Histories as drawings, and drawings as histories: what a violation prints can be pasted into a
// test file. One row a process; bars are placed by the order of events, not by their times, so two
// bars overlap exactly when the operations did.
//
//   check linearizable model=register initial=0
//   p0  |------------write 1------------|
//   p1     |--read 1--|
//   p2                   |--read 0--|
//   ----
//   invalid
//
// A bar ends in `|` (ok), `?` (unknown: it runs to the right edge) or `x` (failed). A label is
// `[key] f input => output`, values as JSON with nil for null, where
//   read 3       is a read or get without input that returned 3 (`read` alone: no answer known)
//   cas 1->2     is a cas with input [1,2]
//   write 3      has input 3; an output that only repeats the input is not drawn
//   dequeue => 3 has no input and returned 3
// Times, nodes and errors are not drawn. Cost: linear in operations times the width.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/history.hpp"
#include "checkers/history/operation.hpp"

namespace faultrig {

struct DrawOptions {
  // Bars are stretched up to this many columns for legibility. A drawing that needs more gets more:
  // cutting it would make it a different history.
  std::size_t width = 96;
};

// The rows only, each ended by a newline. Operations as in a history: ordered by event indices.
std::string draw_timeline(std::span<const Operation> operations, const DrawOptions& options = {});

// What a bar says: `[7] cas 1->2`.
std::string timeline_label(const Operation& operation);

struct Timeline {
  std::string checker;                         // "linearizable"; empty without a `check` line
  std::map<std::string, std::string> options;  // model, initial ...
  History history;
  std::string expected;  // the text after `----`, trimmed; empty when there is none
};

// Empty lines and lines that start with # are skipped. Events are in order of their columns; in
// one column invocations come first (the operations overlap), then by row from the top.
// Throws HistoryError with the line.
Timeline parse_timeline(std::string_view text, const std::string& source = "timeline");

}  // namespace faultrig
