// One thing after another, with a wait for everybody in between.
#pragma once

#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// Pending until all workers of its context are free, then `inner`.
GeneratorPtr synchronize(GeneratorPtr inner);
// The parts in order, each synchronized: it begins when the operations of the one before have
// ended.
GeneratorPtr phases(std::vector<GeneratorPtr> parts);
// `first`, then `second` once all of the first's operations have ended.
GeneratorPtr then(GeneratorPtr first, GeneratorPtr second);
// Repeats the operations of `inner` (which must go on long enough) until one of them ends in ok.
GeneratorPtr until_ok(GeneratorPtr inner);

}  // namespace faultrig
