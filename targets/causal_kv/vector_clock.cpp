#include "targets/causal_kv/vector_clock.hpp"

#include "harness/node/hashing.hpp"

namespace faultrig::causal_kv {

void VectorClock::raise(const VectorClock& other) {
  for (NodeIndex node = 0; node < counts_.size(); ++node) raise(node, other[node]);
}

bool VectorClock::covers(const VectorClock& other) const {
  for (NodeIndex node = 0; node < counts_.size(); ++node) {
    if (counts_[node] < other[node]) return false;
  }
  return true;
}

std::uint64_t VectorClock::digest() const {
  std::uint64_t hash = counts_.size();
  for (const Sequence count : counts_) hash = combine(hash, static_cast<std::uint64_t>(count));
  return hash;
}

Value VectorClock::to_value() const { return Value(Value::List(counts_.begin(), counts_.end())); }

std::optional<VectorClock> VectorClock::from_value(const Value& value, std::size_t nodes) {
  if (!value.is_list() || value.as_list().size() != nodes) return std::nullopt;
  VectorClock clock(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) {
    const Value& count = value.as_list()[node];
    if (!count.is_integer() || count.as_integer() < 0 || count.as_integer() > largest_number) {
      return std::nullopt;
    }
    clock.set(node, count.as_integer());
  }
  return clock;
}

}  // namespace faultrig::causal_kv
