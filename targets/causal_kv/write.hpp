// A write as it travels and as it is kept: what, by which node, after what.
//
// `after` counts what the origin had in its log when it made the write: all of that must be in a
// node's log before the write may follow. The conflict rule: of two writes to a key the one with
// the later stamp stays, of two with equal stamps that of the node that is later in the list.
// Stamps are Lamport's (1978): above every stamp in the log of the origin, so a write wins over
// all that it comes after, and every node that has the same writes shows the same values. Writes of
// other kinds do not compete: elements and deltas give the same set and sum in any order (Shapiro
// et al., "A Comprehensive Study of Convergent and Commutative Replicated Data Types", 2011,
// sections 3.1.2 and 3.3.1: the op-based counter and the grow-only set).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"
#include "targets/causal_kv/vector_clock.hpp"

namespace faultrig::causal_kv {

using Stamp = std::int64_t;  // from 1

// The numbers are on the disk and in messages.
enum class WriteKind : std::uint8_t {
  put = 0,      // `value` into the register `key`
  element = 1,  // `value` into the set
  delta = 2,    // `value`, a whole number, to the counter
  id = 3,       // nothing but its number, which no other write of its node has
};
// Whether a write of this kind may have this value.
bool is_content(WriteKind kind, const Value& value);

struct Write {
  NodeIndex origin = 0;
  Sequence sequence = 0;
  Stamp stamp = 0;
  VectorClock after;  // of the origin itself: sequence - 1
  Value key;
  Value value;
  WriteKind kind = WriteKind::put;
  std::uint64_t digest = 0;   // of all of the above, made once
  std::uint64_t content = 0;  // of kind, key and value
  std::size_t size = 0;       // about its bytes

  Write(NodeIndex by, Sequence number, Stamp time, VectorClock dependencies, Value what,
        Value contents, WriteKind what_kind = WriteKind::put);
};

// Immutable: one object in logs, messages and stores.
using SharedWrite = std::shared_ptr<const Write>;

bool wins_over(const Write& one, const Write& other);

// What a client gets for a write of kind `id`.
std::string unique_id(std::string_view node, Sequence sequence);

// [origin, sequence, stamp, after, key, value], and behind them the kind when it is not a put
Value to_value(const Write& write);
// Nothing when the value is not that of a write in a cluster of so many nodes.
SharedWrite write_from_value(const Value& value, std::size_t nodes);

}  // namespace faultrig::causal_kv
