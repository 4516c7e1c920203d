// What clients can ask for: request bodies, and the write that a request becomes.
//
// The bodies are Maelstrom's: read {key} and write {key, value} (lin-kv without cas); add {element}
// and read {of: "set"} (g-set); add {delta} and read {of: "counter"} (g-counter and pn-counter);
// generate (unique-ids). The `of` is put in by the node when the request names no key
// (harness/node/read_subject.hpp).
#pragma once

#include <optional>
#include <string>

#include "checkers/history/value.hpp"
#include "targets/causal_kv/write.hpp"

namespace faultrig::causal_kv {

// What a request changes.
struct Change {
  WriteKind kind = WriteKind::put;
  Value key = {};    // of a put
  Value value = {};  // of an id: none
};

bool is_known_type(const std::string& type);
// Empty when the body is a well-formed request; otherwise what is wrong with it.
std::string problem_of_request(const Value& body);
// Nothing for a read, and for what is not well-formed.
std::optional<Change> change_in(const Value& body);

}  // namespace faultrig::causal_kv
