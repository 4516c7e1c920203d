// A hash tree over the keys that two nodes both keep, for finding out with few words where they
// differ: equal roots, equal contents; below different nodes the difference is sought on (Dynamo,
// section 4.7; Merkle, 1987).
//
// Keys are spread over `leaves` by their hashes; a leaf is the sum of the hashes of its entries, so
// a change costs O(1), and an inner node is made from its leaves when it is asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "checkers/history/value.hpp"

namespace faultrig::dynamo {

class MerkleTree {
 public:
  static constexpr std::size_t fan_out = 8;
  static constexpr std::size_t leaf_level = 2;
  static constexpr std::size_t leaves = fan_out * fan_out;

  static std::size_t leaf_of(const Value& key);
  // So many nodes on a level; the root is level 0.
  static constexpr std::size_t width(std::size_t level) {
    return level == 0 ? 1 : fan_out * width(level - 1);
  }
  // The hash of an entry of the key is another one now; 0 stands for no entry.
  void replace(const Value& key, std::uint64_t before, std::uint64_t after) {
    sums_[leaf_of(key)] += after - before;
  }
  std::uint64_t at(std::size_t level, std::size_t place) const;

 private:
  std::array<std::uint64_t, leaves> sums_{};
};

}  // namespace faultrig::dynamo
