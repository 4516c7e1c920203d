// The stupid twins of the causal checker: the definitions tried out one order at a time, the bad
// patterns straight off the paper by transitive closure, and a proof checked link by link.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checkers/causal/causal_level.hpp"
#include "checkers/evidence.hpp"
#include "checkers/history/operation.hpp"

namespace faultrig::testing {

// By the bad patterns of Bouajjani, Enea, Guerraoui, Hamza (POPL 2017), and for the levels that are
// not theirs by their formulas. For up to about 60 operations.
bool holds_by_patterns(CausalLevel level, const std::vector<Operation>& operations);

// By trying every order that may explain the reads. For up to about 9 operations.
bool holds_by_definition(CausalLevel level, const std::vector<Operation>& operations);

// What is wrong with the evidence; empty when every link holds in these operations, the cycle is
// closed, and no link rests on itself.
std::string flaw_of(const NotCausal& evidence, std::span<const Operation> operations);

}  // namespace faultrig::testing
