// Which mutations a configuration placed, and when: a tree that shares beginnings, so that each
// configuration holds one number. Cost: 16 bytes a placement that led anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace faultrig {

// A mutation placed at the instant before event `at`.
struct PlacedMutation {
  std::uint32_t number;
  std::int64_t at;
};

class Trail {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(steps_.size()); }
  void add(std::uint32_t parent, std::uint32_t number, std::int64_t at) {
    steps_.push_back({at, parent, number});
  }
  // Forgets the last.
  void remove_last() { steps_.pop_back(); }
  // From the first to the last; `end` is 0 for "nothing placed".
  std::vector<PlacedMutation> placements(std::uint32_t end) const {
    std::vector<PlacedMutation> result;
    for (std::uint32_t at = end; at != 0; at = steps_[at].parent) {
      result.push_back({steps_[at].number, steps_[at].at});
    }
    return {result.rbegin(), result.rend()};
  }
  std::size_t bytes() const { return steps_.capacity() * sizeof(Step); }

 private:
  struct Step {
    std::int64_t at;
    std::uint32_t parent;
    std::uint32_t number;
  };
  std::vector<Step> steps_ = {Step{0, 0, 0}};
};

}  // namespace faultrig
