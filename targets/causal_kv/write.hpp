// A write as it travels and as it is kept: what, by which node, after what.
//
// `after` counts what the origin had in its log when it made the write: all of that must be in a
// node's log before the write may follow. The conflict rule: of two writes to a key the one with
// the later stamp stays, of two with equal stamps that of the node that is later in the list.
// Stamps are Lamport's (1978): above every stamp in the log of the origin, so a write wins over
// all that it comes after, and every node that has the same writes shows the same values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "checkers/history/value.hpp"
#include "targets/causal_kv/vector_clock.hpp"

namespace faultrig::causal_kv {

using Stamp = std::int64_t;  // from 1

struct Write {
  NodeIndex origin = 0;
  Sequence sequence = 0;
  Stamp stamp = 0;
  VectorClock after;  // of the origin itself: sequence - 1
  Value key;
  Value value;
  std::uint64_t digest = 0;   // of all of the above, made once
  std::uint64_t content = 0;  // of key and value
  std::size_t size = 0;       // about its bytes

  Write(NodeIndex by, Sequence number, Stamp time, VectorClock dependencies, Value what,
        Value contents);
};

// Immutable: one object in logs, messages and stores.
using SharedWrite = std::shared_ptr<const Write>;

bool wins_over(const Write& one, const Write& other);

// [origin, sequence, stamp, after, key, value]
Value to_value(const Write& write);
// Nothing when the value is not that of a write in a cluster of so many nodes.
SharedWrite write_from_value(const Value& value, std::size_t nodes);

}  // namespace faultrig::causal_kv
