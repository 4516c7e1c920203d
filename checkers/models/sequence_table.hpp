// States that are sequences of numbers (a queue's content, a sorted set), interned: equal content
// is an equal number, so that a search recognises where it has been. What follows from a step is
// remembered, so that a step taken again is a look-up. Cost: the length of the content for a new
// state, and as much memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "checkers/models/model.hpp"

namespace faultrig {

class SequenceTable {
 public:
  using Sequence = std::vector<std::uint32_t>;

  ModelState number_of(Sequence content);
  const Sequence& content(ModelState state) const { return *contents_[state]; }

  ModelState with_back(ModelState state, std::uint32_t item);
  // Keeps it sorted; a set does not add what it holds.
  ModelState with_sorted(ModelState state, std::uint32_t item);
  ModelState without_front(ModelState state);
  ModelState without_back(ModelState state);
  // Requires that it is sorted and holds the item; takes out one.
  ModelState without(ModelState state, std::uint32_t item);
  bool holds_sorted(ModelState state, std::uint32_t item) const;

  std::size_t bytes() const { return bytes_; }

 private:
  enum class Step : std::uint64_t { back, sorted, front_out, back_out, out };
  struct Hash {
    std::size_t operator()(const Sequence& sequence) const;
  };
  template <typename Change>
  ModelState after(Step step, ModelState state, std::uint32_t item, Change change);

  std::unordered_map<Sequence, ModelState, Hash> numbers_;
  std::vector<const Sequence*> contents_;  // keys of numbers_, whose addresses are stable
  std::unordered_map<std::uint64_t, ModelState> successors_[5];
  std::size_t bytes_ = 0;
};

}  // namespace faultrig
