// Peels values off a stack's history from the outside in, until nothing is left (then there is a
// legal order) or nothing can be peeled (then there is none). fast_stack.hpp says why.
//
// Cost: O(n log n): each gap becomes uncovered once, each window is handed out once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/linearizability/fast/value_lives.hpp"

namespace faultrig {

struct StackPeeling {
  // In the order in which they were peeled, numbers of lives and the gaps of push and pop.
  struct Peeled {
    std::uint32_t life;
    std::uint32_t push_gap;
    std::uint32_t pop_gap;  // the last gap for one never popped
  };
  std::vector<Peeled> peeled;
  std::vector<std::uint32_t> stuck;  // numbers of lives; empty exactly when linearizable
};

// Of the lives that are certainly present sometime; the others are no concern of the stack's.
StackPeeling peel_stack(std::span<const ValueLife> lives, std::uint32_t events);

}  // namespace faultrig
