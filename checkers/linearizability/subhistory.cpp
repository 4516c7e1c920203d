#include "checkers/linearizability/subhistory.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>

namespace faultrig {
namespace {

// Numbers keys in order of appearance. Most workloads count theirs from 0, and a table is several
// times faster than hashing there.
class KeyNumbers {
 public:
  std::uint32_t number_of(const std::optional<Value>& key) {
    if (key && key->is_integer()) {
      const std::int64_t small = key->as_integer();
      if (small >= 0 && small < most_small) return small_number_of(static_cast<std::size_t>(small));
    }
    const auto [at, is_new] = others_.try_emplace(key, count_);
    count_ += is_new ? 1 : 0;
    return at->second;
  }
  std::uint32_t count() const { return count_; }

 private:
  static constexpr std::int64_t most_small = 1 << 20;
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t small_number_of(std::size_t key) {
    if (key >= small_.size()) small_.resize(std::max(key + 1, small_.size() * 2), none);
    if (small_[key] == none) small_[key] = count_++;
    return small_[key];
  }

  std::vector<std::uint32_t> small_;
  std::unordered_map<std::optional<Value>, std::uint32_t> others_;
  std::uint32_t count_ = 0;
};

}  // namespace

std::vector<Subhistory> subhistories_by_key(std::span<const Operation> operations) {
  KeyNumbers numbers;
  std::vector<std::uint32_t> number_of(operations.size());
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    number_of[i] = numbers.number_of(operations[i].key);
    if (numbers.count() > sizes.size()) sizes.push_back(0);
    ++sizes[number_of[i]];
  }
  std::vector<Subhistory> subhistories(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) subhistories[i].operations.reserve(sizes[i]);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    Subhistory& subhistory = subhistories[number_of[i]];
    if (subhistory.operations.empty()) subhistory.key = operations[i].key;
    subhistory.operations.push_back(&operations[i]);
  }
  std::sort(subhistories.begin(), subhistories.end(),
            [](const Subhistory& a, const Subhistory& b) { return a.key < b.key; });
  return subhistories;
}

std::string name_of(const Subhistory& subhistory) {
  return subhistory.key ? "key " + subhistory.key->to_string() : std::string("the history");
}

}  // namespace faultrig
