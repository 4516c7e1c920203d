// From numbers to operations: the typed evidence of a proof, and its one sentence.
#pragma once

#include <string>
#include <string_view>

#include "checkers/causal/causal_level.hpp"
#include "checkers/causal/causal_proof.hpp"
#include "checkers/evidence.hpp"

namespace faultrig {

NotCausal evidence_of(const CausalHistory& history, const CausalProof& proof, CausalLevel promise,
                      const Value& initial);

// "causal consistency is broken (WriteCORead)".
std::string broken_words(CausalLevel promise, std::string_view pattern);

// "causal consistency is broken (WriteCORead): `read -> 1` of process 3 (event 17) ...".
std::string sentence_of(const NotCausal& evidence, CausalLevel promise);

}  // namespace faultrig
