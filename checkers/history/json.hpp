// JSON text to Value and back. The only place that knows a JSON library; everything else, messages
// on the wire included, goes through these two functions.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

// The text is not one JSON value. `byte` counts from 0 and is where the reader gave up.
struct JsonError : std::runtime_error {
  JsonError(std::size_t at, const std::string& what) : std::runtime_error(what), byte(at) {}
  std::size_t byte;
};

// Reads exactly one JSON value (surrounding white space allowed), nested at most 64 deep.
// Integers beyond 64 bits become reals. Throws JsonError; never anything else.
Value parse_json(std::string_view text);

// Compact, one line, keys in order; reals that are not finite become null, as JSON has none.
// Bytes that are not UTF-8 are written as U+FFFD.
std::string to_json(const Value& value);

}  // namespace faultrig
