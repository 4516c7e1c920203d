#include "checkers/linearizability/configuration_set.hpp"

#include <algorithm>
#include <utility>

namespace faultrig {
namespace {

constexpr std::size_t first_capacity = 64;

std::uint64_t hash_of(const std::uint64_t* words, std::size_t count) {
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < count; ++i) {
    // SplitMix64's finalizer over the running value.
    hash ^= words[i];
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    hash ^= hash >> 31;
  }
  return hash;
}

}  // namespace

ConfigurationSet::ConfigurationSet(std::size_t words, std::size_t byte_limit)
    : words_(words), byte_limit_(byte_limit), capacity_(first_capacity) {
  table_.assign(capacity_ * words_, 0);
  peak_bytes_ = table_.size() * sizeof(std::uint64_t);
}

// Where the configuration is, or where it would go.
std::size_t ConfigurationSet::place_of(const std::uint64_t* words) const {
  std::size_t place = hash_of(words, words_) & (capacity_ - 1);
  while (true) {
    const std::uint64_t* there = table_.data() + place * words_;
    if (there[0] == 0 || std::equal(words, words + words_, there)) return place;
    place = (place + 1) & (capacity_ - 1);
  }
}

ConfigurationSet::Insertion ConfigurationSet::insert(std::span<const std::uint64_t> words) {
  std::size_t place = place_of(words.data());
  if (table_[place * words_] != 0) return Insertion::known;
  if ((size_ + 1) * 10 > capacity_ * 7) {
    if (!grow()) return Insertion::full;
    place = place_of(words.data());
  }
  std::copy(words.begin(), words.end(),
            table_.begin() + static_cast<std::ptrdiff_t>(place * words_));
  ++size_;
  return Insertion::added;
}

bool ConfigurationSet::grow() {
  const std::size_t bytes = 3 * table_.size() * sizeof(std::uint64_t);  // old and new together
  if (bytes > byte_limit_) return false;
  peak_bytes_ = std::max(peak_bytes_, bytes);
  std::vector<std::uint64_t> old = std::exchange(table_, {});
  table_.assign(2 * old.size(), 0);
  capacity_ *= 2;
  for (std::size_t at = 0; at < old.size(); at += words_) {
    if (old[at] == 0) continue;
    const std::size_t place = place_of(old.data() + at);
    std::copy_n(old.data() + at, words_, table_.data() + place * words_);
  }
  return true;
}

}  // namespace faultrig
