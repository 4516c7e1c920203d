// The operations of workload `causal_register`: each worker has a key of its own, which it shares
// with others where there are more workers than keys, and reads those of the others.
//
// Cost: an offer copies what is known of each worker; O(workers).
#pragma once

#include <cstdint>

#include "harness/generator.hpp"

namespace faultrig {

struct CausalRegisterLoadOptions {
  int keys = 6;
  std::uint64_t read_weight = 1, write_weight = 1;  // of who may write: who has read since its last
  // Writes that go to any key instead of the worker's own, so that they meet concurrent ones.
  int stray_percent = 30;
};

// Endless; by any client worker, as fast as asked.
GeneratorPtr causal_register_load(const CausalRegisterLoadOptions& options);

}  // namespace faultrig
