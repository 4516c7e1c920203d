// What an operation reads or changes (a key of the registers, the set, the counter), and what an
// answer says of it. A queue and ids are never read without being changed, so they have no place.
#pragma once

#include <optional>
#include <string>

#include "harness/node/read_subject.hpp"
#include "targets/raft_kv/state_machine.hpp"

namespace faultrig::raft_kv {

struct Place {
  ReadSubject subject = ReadSubject::key;
  const Value* key = nullptr;  // of the registers; lives as long as the operation
  std::string to_string() const;
};

// The content of a place. Nothing is a missing key, null, an empty set, the sum 0; of a set it is
// the digest.
using Content = std::optional<Value>;

Content content_of(const Place& place, const StateMachine& machine);
// What the reply says of the place, which is the `number`th of those that the operation reads.
// Nothing when it does not answer the read.
std::optional<Content> answer_in(const Value& reply, const Place& place, std::size_t number);
std::string in_words(const Place& place, const Content& content);

// Calls visit(Place) for what the operation changes or, with `reads`, for what it reads. A cas
// counts as a change, whether it will be one or not.
template <typename Visit>
void for_each_place(const Value& operation, bool reads, Visit visit) {
  const std::optional<OperationKind> kind = kind_of(operation);
  if (!kind) return;
  switch (*kind) {
    case OperationKind::read:
      if (reads) visit(Place{ReadSubject::key, operation.find("key")});
      return;
    case OperationKind::write:
    case OperationKind::cas:
      if (!reads) visit(Place{ReadSubject::key, operation.find("key")});
      return;
    case OperationKind::transaction:
      for (const Value& access : operation.find("txn")->as_list()) {
        if (is_write_access(access) == reads) continue;
        visit(Place{ReadSubject::key, &access.as_list()[1]});
      }
      return;
    case OperationKind::read_set:
      if (reads) visit(Place{ReadSubject::set});
      return;
    case OperationKind::add_element:
      if (!reads) visit(Place{ReadSubject::set});
      return;
    case OperationKind::read_counter:
      if (reads) visit(Place{ReadSubject::counter});
      return;
    case OperationKind::add_delta:
      if (!reads) visit(Place{ReadSubject::counter});
      return;
    case OperationKind::enqueue:
    case OperationKind::dequeue:
    case OperationKind::generate:
      return;
  }
}

}  // namespace faultrig::raft_kv
