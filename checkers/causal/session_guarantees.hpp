// The four session guarantees of Terry et al. ("Session guarantees for weakly consistent replicated
// data", PDIS 1994), each told apart by what a client can see. A client sees no replica, so each
// guarantee is judged as far as the others make it visible:
//
// read your writes     a read returns something that the process itself had overwritten (it had
//                      seen the value, then wrote another), or the initial value after its write
// monotonic reads      a read returns something that an earlier read of the process had shown to be
//                      replaced: it saw v, then another value, then v; or a later write of the same
//                      writer, then an earlier one; or any value, then the initial one
// monotonic writes     the process had seen a write of another one, then returns what that one had
//                      overwritten by then, or the initial value of what it had written before
// writes follow reads  the process had seen a write of another one, then misses what that one had
//                      read before writing, or returns it after what was seen had overwritten it
//
// One step of each kind, no chains: those are causal consistency. Every breach of read your writes,
// monotonic writes and writes follow reads breaks causal consistency; every breach of the first
// three breaks PRAM. (A process that reads 1, then 2, then 1 breaks monotonic reads; causal
// consistency as Bouajjani et al. define it, where a session may change its mind about concurrent
// writes, allows that; causal convergence and causal memory do not.)
// Cost: O(n), plus for each pair of sessions as much as the one has seen of the other.
#pragma once

#include <array>
#include <cstdint>

#include "checkers/causal/causal_proof.hpp"

namespace faultrig {

enum class SessionGuarantee {
  read_your_writes,
  monotonic_reads,
  monotonic_writes,
  writes_follow_reads,
};

struct SessionGuarantees {
  struct Breach {
    CausalProof proof;        // of the first breach, in order of invocation; not found: none
    std::uint64_t reads = 0;  // that break it
  };
  std::array<Breach, 4> breaches;
  std::uint64_t steps = 0;
  bool is_complete = true;  // false when the budget ended before

  const Breach& of(SessionGuarantee guarantee) const {
    return breaches[static_cast<std::size_t>(guarantee)];
  }
};

SessionGuarantees judge_session_guarantees(const CausalHistory& history, std::uint64_t most_steps);

}  // namespace faultrig
