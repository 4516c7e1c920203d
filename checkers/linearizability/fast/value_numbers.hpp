// Numbers for the values that operations name, small enough to index an array; values may be any
// 32-bit number. Cost: O(n) where values are small already, O(n log n) to build and O(log n) a
// question otherwise. Only memory in proportion to the history is used.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"

namespace faultrig {

class ValueNumbers {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  explicit ValueNumbers(std::span<const CollectionOperation> operations) {
    for (const CollectionOperation& operation : operations) {
      if (operation.value == CollectionOperation::no_value) continue;
      size_ = std::max(size_, std::size_t{operation.value} + 1);
    }
    if (size_ <= 8 * operations.size()) return;
    for (const CollectionOperation& operation : operations) {
      if (operation.value != CollectionOperation::no_value) values_.push_back(operation.value);
    }
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
    size_ = values_.size();
  }

  std::size_t size() const { return size_; }
  // `none` for a value that may belong to no operation; certain only where values are sparse.
  std::uint32_t of(std::uint32_t value) const {
    if (values_.empty()) return value < size_ ? value : none;
    const auto at = std::lower_bound(values_.begin(), values_.end(), value);
    if (at == values_.end() || *at != value) return none;
    return static_cast<std::uint32_t>(at - values_.begin());
  }

 private:
  std::size_t size_ = 0;
  std::vector<std::uint32_t> values_;  // sorted; empty when a value is its own number
};

}  // namespace faultrig
