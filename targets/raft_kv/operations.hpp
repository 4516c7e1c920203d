// What clients can ask for: request bodies without what belongs to the message.
//
// The bodies are Maelstrom's where it has the workload: read {key}, write {key, value}, cas {key,
// from, to, create_if_not_exists?} (lin-kv); txn {txn: [["r", key, null], ["w", key, value] ...]}
// (txn-rw-register); add {element} and read {of: "set"} (g-set); add {delta} and read {of:
// "counter"} (g-counter); generate (unique-ids); enqueue {value} and dequeue. The `of` is put in by
// the node that a client asks, when the request names no key (harness/node/read_subject.hpp).
#pragma once

#include <optional>
#include <string>

#include "checkers/history/value.hpp"

namespace faultrig::raft_kv {

enum class OperationKind {
  read,
  write,
  cas,
  transaction,
  read_set,
  add_element,
  read_counter,
  add_delta,
  enqueue,
  dequeue,
  generate,
};

// Nothing when the operation is not well-formed. How deep its values are does not count here.
std::optional<OperationKind> kind_of(const Value& operation);
// Whether somebody may ask for it: a word of the table, with whatever fields.
bool is_known_type(const std::string& type);
// Empty when the body is a well-formed operation; otherwise what is wrong with it.
std::string problem_of_operation(const Value& body);
// The body without the fields that belong to the message.
Value operation_of(const Value& body);

// Whether it changes nothing, and needs no place in the log. Requires a well-formed operation.
bool is_read(const Value& operation);
// The answer to an operation that can have no other; nothing for those whose answer depends on the
// state.
std::optional<Value> foregone_reply(const Value& operation);

}  // namespace faultrig::raft_kv
