// What every read says about the writes of its key, seen through the causal order: of all writes in
// its past, the one it returned is the last.
//
// From a read of t and another write s of the key in the read's past follows: where t is causally
// before s, the read returned what was overwritten (WriteCORead); where the two are concurrent, any
// order that all sessions agree on has s before t (the conflict order CF of Bouajjani, Enea,
// Guerraoui, Hamza, POPL 2017); where s is before t already, nothing new. It is enough to look at
// the last write of each session: earlier ones are before it by session order (as in AWDIT, Mathur
// et al., PLDI 2025, whose "causal consistency" is the causal convergence here). Reads of the
// initial value must have no write of the key in their past (WriteCOInitRead).
//
// Session by session, the last writes are kept up as its clock advances, or searched for where a
// session has few reads. Cost: O(k * n) for k sessions, as much for the edges.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/causal/causal_order.hpp"
#include "checkers/causal/causal_proof.hpp"

namespace faultrig {

struct ConflictOrder {
  // A read and a write in its past that it should have returned, or something newer.
  struct Stale {
    std::uint32_t read;
    std::uint32_t newer;
  };
  std::vector<Stale> overwritten;   // WriteCORead; the first few in order of invocation of the read
  std::vector<Stale> initial;       // WriteCOInitRead; likewise
  std::vector<ConflictEdge> edges;  // between concurrent writes; only those not implied
  bool is_complete = true;          // false when the budget ended before
  std::uint64_t steps = 0;
};

struct CausalLimits {
  std::uint64_t steps;
  std::size_t bytes;
};

ConflictOrder conflict_order(const CausalHistory& history, const CausalOrder& order,
                             const CausalLimits& limits);

// Whether session order, reads-from and these edges have a cycle, and a short one if so (CyclicCF,
// CyclicCO). The proof has the links of the cycle, without the premises of conflict orders.
CausalProof find_cycle(const CausalHistory& history, std::span<const ConflictEdge> edges,
                       std::string_view pattern, std::uint64_t& steps);

}  // namespace faultrig
