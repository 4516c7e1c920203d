// The promises about causality, weaker ones first, and which of them contains which.
//
//   causal memory       => causal, PRAM          causal => read your writes, monotonic writes,
//   causal convergence  => causal, read atomic,            writes follow reads
//                          monotonic reads       read atomic => read your writes
//   PRAM                => read your writes, monotonic reads, monotonic writes
//
// Nothing else holds among them, in this reading of the words. Causal means every read can be
// explained by its causal past (CC of Bouajjani, Enea, Guerraoui, Hamza, POPL 2017): a session may
// change its mind about the order of concurrent writes, as causal memory (CM) and PRAM forbid for
// one session and causal convergence (CCv) for all together. Whatever is sequentially consistent,
// and so whatever is linearizable, keeps them all.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace faultrig {

enum class CausalLevel {
  read_your_writes,
  monotonic_reads,
  monotonic_writes,
  writes_follow_reads,
  read_atomic,
  pram,
  causal,
  causal_convergence,
  causal_memory,
};

// Weaker ones first: whatever a level implies stands before it.
std::span<const CausalLevel> causal_levels();
// "read-your-writes", "pram", "causal", "causal-convergence" ...
std::string_view to_string(CausalLevel level);
std::optional<CausalLevel> causal_level_from(std::string_view word);
// In words: "read your writes", "PRAM", "causal consistency" ...
std::string_view words_for(CausalLevel level);
bool implies(CausalLevel stronger, CausalLevel weaker);

}  // namespace faultrig
