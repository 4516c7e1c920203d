// A contradiction about causality in words: the operations, numbered, and line by line which must
// come before which and why, until the circle closes. Plain text for the terminal and the reports.
#pragma once

#include <string>

#include "checkers/evidence.hpp"

namespace faultrig {

// Everything below the headline: operations, reasons, drawing.
std::string causal_story(const NotCausal& evidence);

// `check causal` with the operations below it and `invalid` at the end; empty where there are too
// many to draw.
std::string drawn_contradiction(const NotCausal& evidence);

// Why `link` holds: "#3 returned what #2 wrote". Numbers count from 1.
std::string reason_words(const NotCausal& evidence, const NotCausal::Link& link);
// "session-order", "reads-from", "conflict-order", "initial-value".
std::string_view to_string(NotCausal::Reason reason);

}  // namespace faultrig
