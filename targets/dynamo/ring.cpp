#include "targets/dynamo/ring.hpp"

#include <algorithm>

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {

Ring::Ring(const std::vector<NodeName>& nodes, const std::vector<bool>& is_member,
           std::size_t virtual_nodes) {
  for (NodeIndex node = 0; node < nodes.size(); ++node) {
    if (!is_member[node]) continue;
    ++members_;
    for (std::size_t place = 0; place < virtual_nodes; ++place) {
      places_.emplace_back(combine(stable_hash(std::string_view(nodes[node])), place), node);
    }
  }
  std::sort(places_.begin(), places_.end());
}

std::vector<NodeIndex> Ring::order(const Value& key) const {
  std::vector<NodeIndex> order;
  const std::uint64_t at = combine(stable_hash(key), 0);
  auto place = std::lower_bound(places_.begin(), places_.end(), std::pair(at, NodeIndex{0}));
  for (std::size_t walked = 0; walked < places_.size() && order.size() < members_; ++walked) {
    if (place == places_.end()) place = places_.begin();
    if (std::find(order.begin(), order.end(), place->second) == order.end()) {
      order.push_back(place->second);
    }
    ++place;
  }
  return order;
}

}  // namespace faultrig::dynamo
