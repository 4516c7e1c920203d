// Consistent hashing: who keeps a key. Each member stands at several places of a ring of hashes
// (virtual nodes), and the first N different members from the key's place on are its owners; those
// behind them stand in, in this order, while owners cannot be reached.
//
// Source: Karger et al. (1997); Dynamo, sections 4.2 and 4.3. A member that joins or leaves moves
// only the keys next to its places. Cost: a look-up walks the ring until it has met all members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/dynamo/context.hpp"

namespace faultrig::dynamo {

class Ring {
 public:
  Ring() = default;
  // `is_member` by node; the others have no place.
  Ring(const std::vector<NodeName>& nodes, const std::vector<bool>& is_member,
       std::size_t virtual_nodes);

  // All members in the order in which the ring meets them from the key on: owners first.
  std::vector<NodeIndex> order(const Value& key) const;
  std::size_t members() const { return members_; }

 private:
  std::vector<std::pair<std::uint64_t, NodeIndex>> places_;  // sorted
  std::size_t members_ = 0;
};

}  // namespace faultrig::dynamo
