// Small numbers for keys and processes, and who wrote which value of a key. Tables that are only
// looked up, never walked through, so that no verdict depends on the order of a hash.
//
// Most keys, processes and values are small integers, for which this costs a table or a probe; all
// others are numbered first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig {

// Numbers things in order of appearance.
template <typename Thing>
class SmallNumbers {
 public:
  std::uint32_t number_of(const Thing& thing) {
    if (const auto small = small_integer(thing)) return number_of_small(*small);
    const auto [at, is_new] = others_.try_emplace(thing, count_);
    count_ += is_new ? 1 : 0;
    return at->second;
  }
  std::uint32_t count() const { return count_; }

 private:
  static constexpr std::int64_t most_small = 1 << 20;
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  static std::optional<std::size_t> small_integer(const Thing& thing) {
    std::int64_t integer = -1;
    if constexpr (std::is_integral_v<Thing>) {
      integer = thing;
    } else if (thing && thing->is_integer()) {
      integer = thing->as_integer();
    }
    if (integer < 0 || integer >= most_small) return std::nullopt;
    return static_cast<std::size_t>(integer);
  }
  std::uint32_t number_of_small(std::size_t integer) {
    if (integer >= small_.size()) small_.resize(std::max(integer + 1, small_.size() * 2), none);
    if (small_[integer] == none) small_[integer] = count_++;
    return small_[integer];
  }

  std::vector<std::uint32_t> small_;
  std::unordered_map<Thing, std::uint32_t> others_;
  std::uint32_t count_ = 0;
};

class WrittenValues {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  void reserve(std::size_t writes) {
    if (writes * 2 > entries_.size()) rehash(writes * 2);
  }
  // Returns who wrote the value of this key before (and keeps that one), none for nobody.
  std::uint32_t add(std::uint32_t key, const Value& value, std::uint32_t writer);
  std::uint32_t find(std::uint32_t key, const Value& value) const;

 private:
  // An integer is its own code. Other values have a number as code, and another mark.
  struct Entry {
    std::int64_t code = 0;
    std::uint32_t key = 0;
    std::uint32_t writer = none;
    bool is_integer = true;
  };
  std::size_t place_of(std::int64_t code, std::uint32_t key, bool is_integer) const;
  void rehash(std::size_t least);

  std::vector<Entry> entries_;  // open addressing; a power of two, at most half full
  std::size_t used_ = 0;
  std::unordered_map<Value, std::int64_t> others_;
};

}  // namespace faultrig
