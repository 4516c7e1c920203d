#include "checkers/linearizability/register/unknown_uses.hpp"

namespace faultrig {

std::uint32_t UnknownUses::after_use_of(std::uint32_t group, std::uint32_t uses) {
  if (const auto known = successors_[uses].find(group); known != successors_[uses].end()) {
    return known->second;
  }
  std::vector<std::uint32_t> counts = counts_[uses];
  if (group >= counts.size()) counts.resize(group + 1, 0);
  ++counts[group];
  const auto fresh = static_cast<std::uint32_t>(counts_.size());
  const auto [at, is_new] = numbers_.try_emplace(counts, fresh);
  successors_[uses].emplace(group, at->second);
  if (is_new) {
    // Two copies of the counts and two tree nodes, roughly.
    bytes_ += 2 * counts.size() * sizeof(std::uint32_t) + 256;
    totals_.push_back(totals_[uses] + 1);
    counts_.push_back(std::move(counts));
    successors_.emplace_back();
  }
  return at->second;
}

bool UnknownUses::is_at_most(std::uint32_t a, std::uint32_t b) const {
  if (a == b || a == 0) return true;
  if (totals_[a] > totals_[b] || counts_[a].size() > counts_[b].size()) return false;
  for (std::size_t i = 0; i < counts_[a].size(); ++i) {
    if (counts_[a][i] > counts_[b][i]) return false;
  }
  return true;
}

}  // namespace faultrig
