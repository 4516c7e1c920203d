#include "targets/causal_kv/invariants/shadow.hpp"

#include <utility>

namespace faultrig::causal_kv {

void Shadow::resize(std::size_t nodes) {
  if (seen_.size() == nodes) return;
  seen_.resize(nodes);
  writes_.resize(nodes);
  for (Seen& seen : seen_) seen.clock = seen.shown_clock = VectorClock(nodes);
}

KnownWrite* Shadow::find(NodeIndex origin, Sequence sequence) {
  std::vector<KnownWrite>& own = writes_[origin];
  if (sequence < 1 || sequence > count(origin)) return nullptr;
  KnownWrite& known = own[static_cast<std::size_t>(sequence) - 1];
  return known.write == nullptr ? nullptr : &known;
}

void Shadow::add(const SharedWrite& write, VectorClock after) {
  std::vector<KnownWrite>& own = writes_[write->origin];
  const auto place = static_cast<std::size_t>(write->sequence) - 1;
  if (own.size() <= place) own.resize(place + 1);
  own[place] = {write, std::move(after), false};
}

void Shadow::forget_from(NodeIndex origin, Sequence first) {
  std::vector<KnownWrite>& own = writes_[origin];
  while (count(origin) >= first && !own.back().is_elsewhere) own.pop_back();
}

}  // namespace faultrig::causal_kv
