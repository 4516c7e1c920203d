// The fixed part of a search over one history: who can overlap whom, and where each operation has
// its place in a configuration.
//
// Certain operations share slots like variables share machine registers: one takes the lowest free
// slot when invoked and gives it back when completed, so a configuration needs as many bits as
// operations ever overlap, not as many as there are. Unknown operations with the same command are
// one group, used in order of invocation (any linearization that uses a later one first can be
// changed to use the earlier one), so a group needs a count. Cost: O(n log n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace faultrig {

struct Span {
  std::int64_t invoked_at;
  std::int64_t completed_at;
};

struct SlotLayout {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  // All numbers are positions in the spans handed in.
  std::vector<std::uint32_t> by_completion;
  std::vector<std::uint32_t> slot;           // of each
  std::vector<std::uint32_t> next_in_slot;   // after each; none at the end
  std::vector<std::uint32_t> first_in_slot;  // of each slot

  explicit SlotLayout(std::span<const Span> certain);
  std::size_t slots() const { return first_in_slot.size(); }
};

// Counters of the given largest values, packed into words without crossing from one to the next.
struct PackedCounters {
  struct Field {
    std::uint32_t word;
    std::uint32_t shift;
    std::uint64_t mask;  // before shifting
  };
  std::vector<Field> fields;
  std::size_t words = 0;

  explicit PackedCounters(std::span<const std::size_t> largest);
  std::uint64_t get(const std::uint64_t* base, std::size_t counter) const {
    const Field& field = fields[counter];
    return (base[field.word] >> field.shift) & field.mask;
  }
  void increment(std::uint64_t* base, std::size_t counter) const {
    base[fields[counter].word] += std::uint64_t{1} << fields[counter].shift;
  }
};

}  // namespace faultrig
