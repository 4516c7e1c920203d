// Generators that end, or hold back, by what has happened: time, processes, operations in flight.
#pragma once

#include "harness/generator.hpp"

namespace faultrig {

// No operation at or after `limit` from the first one (from the first asking, where nothing was
// offered then). Operations in flight end in their own time.
GeneratorPtr time_limit(Duration limit, GeneratorPtr inner);
// Ends when more than `limit` distinct processes could have taken part: bounds how many unknown
// outcomes a history holds.
GeneratorPtr process_limit(std::size_t limit, GeneratorPtr inner);
// Pending while `limit` or more workers of its context are busy.
GeneratorPtr concurrency_limit(std::size_t limit, GeneratorPtr inner);

}  // namespace faultrig
