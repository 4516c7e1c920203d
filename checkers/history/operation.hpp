// An operation: an invocation and, where one is known, its completion.
//
// Real-time order is the order of event indices, not of clock readings: `a` precedes `b` exactly
// when a.completed_at < b.invoked_at. An operation whose outcome is info never precedes another.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/event.hpp"

namespace faultrig {

enum class Outcome { ok, fail, info };

struct Operation {
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  // What checkers ask of every operation stands together, what only reports ask comes last.
  ProcessId process = 0;
  Outcome outcome = Outcome::info;
  std::int64_t invoked_at = 0;        // event index of the invocation
  std::int64_t completed_at = never;  // event index of the completion; `never` for info
  std::optional<Value> key;
  std::string f;
  Value input;   // the invocation's value
  Value output;  // the completion's value; nil unless ok
  std::string node;
  std::optional<std::string> error;
  Time invoke_time{};
  std::optional<Time> complete_time;  // known for ok, fail and recorded infos

  friend bool operator==(const Operation&, const Operation&) = default;
};

std::string_view to_string(Outcome outcome);

// One line for people: `write 3`, `read -> 7`, `cas 1 -> 2`; the key first when there is one.
std::string describe(const Operation& operation);

}  // namespace faultrig
