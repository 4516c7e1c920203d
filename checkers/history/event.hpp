// One line of a history: a client invoked an operation, or learnt how it ended.
//
// ok    it took effect at some instant between invocation and completion
// fail  it did not take effect and never will; claimed only when that is certain
// info  unknown: it may take effect at any later time, or never
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

using Duration = std::chrono::nanoseconds;
// Time since the start of the run, on the one clock of the control process.
using Time = std::chrono::nanoseconds;
// A logical client: sequential, and retired once one of its operations ends in info.
using ProcessId = std::int64_t;

enum class EventType { invoke, ok, fail, info };

struct Event {
  std::int64_t index = 0;  // dense: 0, 1, 2 ... in the order in which things happened
  Time time{};             // never decreasing
  ProcessId process = 0;   // at least 0
  EventType type = EventType::invoke;
  std::string f;                     // "read", "write", "cas" ...
  std::optional<Value> key;          // the object addressed, where the workload has several
  Value value;                       // argument of an invocation, result of a completion
  std::optional<std::string> error;  // why a fail or an info
  std::string node;                  // the node asked; empty when unknown

  friend bool operator==(const Event&, const Event&) = default;
};

std::string_view to_string(EventType type);
// Empty when the word names no type.
std::optional<EventType> event_type_from(std::string_view word);

}  // namespace faultrig
