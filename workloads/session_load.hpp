// The operations of workload `session`: every worker does one small pattern after the other, each
// of which would show how a session guarantee is lost.
//
//   own       read, write, read one of its own keys              read your writes
//   again     read a key of others some times                    monotonic reads
//   in order  write one of its own keys, then the other           monotonic writes, seen by ...
//   backwards ... who reads the second of two keys, then the first
//   answer    read a key of others, write an own one             writes follow reads
//
// A key has few owners, so that their writes meet. A pattern ends with its session. Cost: an offer
// copies what the workers are about to do; O(workers).
#pragma once

#include <cstdint>

#include "harness/generator.hpp"

namespace faultrig {

struct SessionLoadOptions {
  int pairs = 3;  // of keys; pair p is keys 2p and 2p + 1, and worker w owns pair w modulo pairs
  int reads_again = 3;
};

// Endless; by any client worker, as fast as asked. Every value is new.
GeneratorPtr session_load(const SessionLoadOptions& options);

}  // namespace faultrig
