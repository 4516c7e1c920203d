#include "targets/dynamo/merkle_tree.hpp"

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {

// Other bits than those that the ring looks at.
std::size_t MerkleTree::leaf_of(const Value& key) { return combine(stable_hash(key), 1) % leaves; }

std::uint64_t MerkleTree::at(std::size_t level, std::size_t place) const {
  if (level == leaf_level) return sums_[place];
  std::uint64_t hash = level;
  for (std::size_t child = 0; child < fan_out; ++child) {
    hash = combine(hash, at(level + 1, place * fan_out + child));
  }
  return hash;
}

}  // namespace faultrig::dynamo
