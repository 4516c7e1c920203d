// Generators that choose between others: the soonest, a random one, in turn.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// The soonest operation of all parts, ties by chance; every part sees every event. Ends when all
// have ended.
GeneratorPtr any(std::vector<GeneratorPtr> parts);
// The same, but ends as soon as one part has ended.
GeneratorPtr shortest_any(std::vector<GeneratorPtr> parts);

struct Weighted {
  GeneratorPtr generator;
  std::uint64_t weight = 1;  // at least 1
};
// For every operation one part drawn by weight; a part that is pending just now is passed over, one
// that has ended is left out. Every part sees every event. Ends when all have ended.
GeneratorPtr mix(std::vector<Weighted> parts);
GeneratorPtr mix(const std::vector<GeneratorPtr>& parts);

// One operation of each in turn: A, B, A, B ...; ends when the one whose turn it is has ended.
GeneratorPtr flip_flop(GeneratorPtr a, GeneratorPtr b);

}  // namespace faultrig
