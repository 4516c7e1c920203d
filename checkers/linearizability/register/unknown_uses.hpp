// How many unknown mutations of each kind a configuration has used. An unknown mutation may take
// effect at any time after its invocation, so those with equal effect are interchangeable and a
// count says all. The counts of a configuration are interned to one number: most configurations
// share a few, and comparing numbers comes first.
//
// Cost: a new vector of counts for each distinct combination ever used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace faultrig {

class UnknownUses {
 public:
  // Number 0 stands for "none used".
  UnknownUses() : counts_(1), totals_(1, 0), successors_(1) {}

  std::uint32_t count(std::uint32_t uses, std::uint32_t group) const {
    const std::vector<std::uint32_t>& counts = counts_[uses];
    return group < counts.size() ? counts[group] : 0;
  }
  std::uint32_t total(std::uint32_t uses) const { return totals_[uses]; }
  // The number for one more use of `group`.
  std::uint32_t after_use_of(std::uint32_t group, std::uint32_t uses);
  // Of no group more were used.
  bool is_at_most(std::uint32_t a, std::uint32_t b) const;
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<std::vector<std::uint32_t>> counts_;  // trailing zeros left out
  std::vector<std::uint32_t> totals_;
  std::vector<std::map<std::uint32_t, std::uint32_t>> successors_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;
  std::size_t bytes_ = 0;
};

}  // namespace faultrig
