// Whether each session, by itself, can put all writes and its own reads in an order in which every
// read returns the last write of its key: PRAM (Lipton and Sandberg 1988) where the order must keep
// session order, causal memory (Ahamad et al. 1995) where it must keep the causal order.
//
// The happened-before HB of a session (Bouajjani, Enea, Guerraoui, Hamza, POPL 2017; for its last
// operation, which includes that of all before) is what must hold in every such order: for each of
// its reads r of t, all writes of the key before r are before t. There is an order exactly when HB
// is acyclic (CyclicHB) and has no write of the key before a read of the initial value
// (WriteHBInitRead): place what is before the first read, then that read, then what is before the
// second, and so on.
//
// Idea: the paper computes HB as a fixpoint; we need none. Let D(r) be all that is before read r,
// one bound a session. An edge that read r adds, s -> t, has both ends in D(r), so it changes D of
// earlier reads only, those that have t and not s. Hence, from the last read to the first, every
// D(r) is final when we come to it. A cycle lies within D(r) minus D(the read before), its layer,
// and one run over the layers finds it. Cost: O(n) a session, as long as few edges change any D
// (a read that went on returning t after s, written at the same time, had become known); O(k * n)
// for k sessions.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/causal/causal_order.hpp"
#include "checkers/causal/causal_proof.hpp"
#include "checkers/causal/conflict_order.hpp"

namespace faultrig {

struct SessionViews {
  CausalProof proof;  // that some session has no such order; of the first session that has none
  bool is_complete = true;
  std::uint64_t steps = 0;
};

// PRAM: `order` is nullptr. Causal memory: the causal order, which must be complete and acyclic,
// and free of WriteCORead.
SessionViews judge_session_views(const CausalHistory& history, const CausalOrder* order,
                                 const CausalLimits& limits);

}  // namespace faultrig
