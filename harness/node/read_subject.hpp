// What a read without a key is about. A g-set and a g-counter of Maelstrom are both read by
// {type: "read"} alone, so a node that serves both must be told: by the request, whose `of` is
// "set" or "counter", or else by the workload that its clients run (--workload).
#pragma once

#include <optional>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

enum class ReadSubject { key, set, counter };

// What clients of that workload mean by a read without a key: `key` when they always name one.
ReadSubject keyless_subject(std::string_view workload);
// Of a read: its key, or what its `of` says. Nothing when it has neither.
std::optional<ReadSubject> subject_of(const Value& read);
// A read that says neither is given the `of`; any other body stays as it is.
Value with_subject(const Value& body, ReadSubject keyless);

}  // namespace faultrig
