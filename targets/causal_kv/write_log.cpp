#include "targets/causal_kv/write_log.hpp"

#include <algorithm>

namespace faultrig::causal_kv {

void WriteLog::append(SharedWrite write) {
  std::vector<Place>& own = places_[write->origin];
  if (own.empty() || own.back().sequence < write->sequence) {
    own.push_back({write->sequence, writes_.size()});
  }
  clock_.raise(write->origin, write->sequence);
  latest_stamp_ = std::max(latest_stamp_, write->stamp);
  writes_.push_back(std::move(write));
}

std::size_t WriteLog::first_missing(const VectorClock& known) const {
  std::size_t first = writes_.size();
  for (NodeIndex node = 0; node < places_.size(); ++node) {
    const std::vector<Place>& own = places_[node];
    const auto next = std::upper_bound(
        own.begin(), own.end(), known[node],
        [](Sequence sequence, const Place& place) { return sequence < place.sequence; });
    if (next != own.end()) first = std::min(first, next->at);
  }
  return first;
}

MissingWrites WriteLog::missing(const VectorClock& known, std::size_t end,
                                const BatchLimits& limits) const {
  MissingWrites result;
  std::size_t bytes = 0;
  for (std::size_t place = first_missing(known); place < end; ++place) {
    const SharedWrite& write = writes_[place];
    if (write->sequence <= known[write->origin]) continue;
    bytes += write->size;
    // One that is larger than a batch goes alone.
    const bool fits = result.writes.size() < limits.writes && bytes <= limits.bytes;
    if (!fits && !result.writes.empty()) {
      result.more = true;
      break;
    }
    result.writes.push_back(write);
  }
  return result;
}

}  // namespace faultrig::causal_kv
