// The plain spelling of an event line, read without a JSON library: several times faster, which is
// what makes reading a million operations a matter of a second.
//
// Plain is what to_json_line writes nearly always: the known fields in any order, each at most
// once, single spaces or none between the parts, integers of at most 18 digits, strings of
// printable ASCII without escapes, and lists of these. Whoever meets anything else leaves the line
// to the JSON reader, which alone knows what is an error and how to say so; so this scanner can
// only be slower than that reader, never of another opinion
// (tests/checkers/history/event_line_test.cpp). Cost: one pass over the line.
#pragma once

#include <string_view>

#include "checkers/history/event.hpp"

namespace faultrig {

// True when the line is plain and whole; `event` then holds it. Otherwise false, and `event` is
// anything.
bool read_plain_event(std::string_view line, Event& event);

}  // namespace faultrig
