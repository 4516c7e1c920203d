// The story of one breach of a session guarantee: from the read that is wrong, and the few
// operations that session_guarantees noted, to all the links that prove it.
#pragma once

#include <cstdint>

#include "checkers/causal/causal_proof.hpp"
#include "checkers/causal/session_guarantees.hpp"

namespace faultrig {

struct GuaranteeBreach {
  static constexpr std::uint32_t none = CausalHistory::none;

  std::uint32_t read = none;           // returned something old, or the initial value
  std::uint32_t newer = none;          // the write it should have shown, or something after it
  std::uint32_t seen_by = none;        // monotonic reads: an earlier read that returned `newer`
  std::uint32_t older_seen_by = none;  // where the process had seen what `read` returned before
  // Writes follow reads: a read by another process, of `newer`; or, without `newer`, of something
  // that this process then overwrote.
  std::uint32_t other_read = none;
};

CausalProof prove_breach(const CausalHistory& history, SessionGuarantee guarantee,
                         const GuaranteeBreach& breach);

}  // namespace faultrig
