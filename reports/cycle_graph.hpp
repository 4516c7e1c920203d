// A circle of operations that must each come before the next, as a picture for the report: drawn by
// Graphviz, every edge with its reason in words.
//
// Cost: milliseconds for the handful of operations of a contradiction. One drawing at a time, since
// Graphviz keeps global state.
#pragma once

#include <string>

#include "checkers/evidence.hpp"

namespace faultrig {

// An <svg> element; empty where the evidence has no circle, or Graphviz cannot draw (it is missing
// its plug-ins): the story tells the same in words.
std::string cycle_graph(const NotCausal& evidence);

}  // namespace faultrig
