// What a list and a set have in common when values only ever come and every read returns all of
// them: reads that can be lined up from the smallest to the largest give each operation a stage.
//
//     stage   0        1         2         3           4         5
//           read []  append a  read [a]  append b  read [a,b]  values nobody read
//
// Every legal order goes through the stages one by one, so the history is linearizable exactly when
// no operation precedes, in real time, one of an earlier stage; within a stage any order that keeps
// real time will do. An insertion of unknown outcome happened if its value was read and is left out
// otherwise; a read without an answer is left out.
//
// Cost: O(n log n) for ranking events; linear beyond, in the operations and in the sizes of reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"
#include "checkers/linearizability/fast/value_numbers.hpp"

namespace faultrig {

class GrowingReads {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // Throws as rank_events.
  explicit GrowingReads(std::span<const CollectionOperation> operations);

  // Why the procedure cannot tell, where it cannot.
  const std::optional<FastVerdict>& refusal() const { return refusal_; }

  // Positions of the certain reads.
  const std::vector<std::uint32_t>& reads() const { return reads_; }
  std::span<const std::uint32_t> contents(std::uint32_t read) const {
    return operations_[read].contents;
  }
  std::size_t numbers() const { return insert_.size(); }
  // The number of a value that was inserted, by `insert(number)`; none for any other.
  std::uint32_t number_of(std::uint32_t value) const {
    const std::uint32_t number = numbers_.of(value);
    return number == ValueNumbers::none || insert_[number] == none ? none : number;
  }
  std::uint32_t insert(std::uint32_t number) const { return insert_[number]; }

  // Everything fits in a line: `size` how many values a read saw, by its position; `seen` how many
  // the smallest read with a value saw (or, where reads have an order, its place from 1), by
  // number, and `seen_by` a read with that value and none of a later stage; none: nobody saw it.
  FastVerdict decide(std::span<const std::uint32_t> size, std::span<const std::uint32_t> seen,
                     std::span<const std::uint32_t> seen_by) const;

 private:
  struct Inversion {
    std::uint32_t earlier;  // by stage
    std::uint32_t later;    // and yet it precedes `earlier`
  };
  std::vector<std::uint32_t> in_stages(std::span<const std::uint32_t> stage) const;
  std::optional<Inversion> inversion(std::span<const std::uint32_t> order) const;
  FastVerdict refute(Inversion inversion, std::span<const std::uint32_t> stage,
                     std::span<const std::uint32_t> seen_by) const;

  std::span<const CollectionOperation> operations_;
  EventRanks ranks_;
  ValueNumbers numbers_;
  std::vector<std::uint32_t> insert_;  // position, by number
  std::vector<std::uint32_t> reads_;
  std::optional<FastVerdict> refusal_;
};

}  // namespace faultrig
