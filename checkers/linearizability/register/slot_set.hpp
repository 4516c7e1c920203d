// A set of slots, one for each operation that can be in flight at a time: a few machine words, so
// that a configuration costs what the concurrency costs and not what the history costs.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace faultrig {

template <std::size_t Words>
class SlotSet {
 public:
  static constexpr std::uint32_t capacity = Words * 64;

  bool has(std::uint32_t slot) const { return ((words_[slot / 64] >> (slot % 64)) & 1) != 0; }
  void add(std::uint32_t slot) { words_[slot / 64] |= std::uint64_t{1} << (slot % 64); }
  void remove(std::uint32_t slot) { words_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64)); }
  bool is_empty() const {
    std::uint64_t any = 0;
    for (std::uint64_t word : words_) any |= word;
    return any == 0;
  }
  bool meets(const SlotSet& other) const {
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < Words; ++i) any |= words_[i] & other.words_[i];
    return any != 0;
  }
  bool is_within(const SlotSet& other) const {
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < Words; ++i) outside |= words_[i] & ~other.words_[i];
    return outside == 0;
  }
  int size() const {
    int count = 0;
    for (std::uint64_t word : words_) count += std::popcount(word);
    return count;
  }
  // The slots of both; of this and not of the other; of either.
  friend SlotSet operator&(SlotSet a, const SlotSet& b) {
    for (std::size_t i = 0; i < Words; ++i) a.words_[i] &= b.words_[i];
    return a;
  }
  friend SlotSet operator-(SlotSet a, const SlotSet& b) {
    for (std::size_t i = 0; i < Words; ++i) a.words_[i] &= ~b.words_[i];
    return a;
  }
  friend SlotSet operator|(SlotSet a, const SlotSet& b) {
    for (std::size_t i = 0; i < Words; ++i) a.words_[i] |= b.words_[i];
    return a;
  }
  friend bool operator==(const SlotSet&, const SlotSet&) = default;

  // In ascending order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < Words; ++i) {
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1) {
        visit(static_cast<std::uint32_t>(i * 64) +
              static_cast<std::uint32_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  std::array<std::uint64_t, Words> words_{};
};

}  // namespace faultrig
