// Judges a history of reads and writes of keys against the promises about causality, each decided
// by itself, with the operations that break it (see causal_level.hpp for the promises).
//
// Written values must be distinct per key; a history with a value written twice is unknown, with
// the two writes named. Words: read (get) and write (put). See causal_history.hpp for what unknown
// and failed operations count for. Cost: O(n) for the session guarantees and read atomicity as a
// rule, O(k * n) for k sessions otherwise. The steps of the budget are counted a sixteenth each,
// since a step here is one comparison.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "checkers/causal/causal_level.hpp"
#include "checkers/checker.hpp"

namespace faultrig {

// Valid means that the promise holds. The statistics tell of the promises it contains and of the
// session guarantees, one line each; the reasons name those it contains that are broken too, the
// weakest first, and the evidence is the shortest among them.
std::unique_ptr<Checker> make_causal_checker(CausalLevel promise = CausalLevel::causal,
                                             Value initial = {});

// The same about this level alone: not a word about others.
std::unique_ptr<Checker> make_single_level_checker(CausalLevel level, Value initial = {});

struct CausalRung {
  CausalLevel level;
  Verdict verdict;
};
// Every level, each with evidence of its own, the strongest first; what they share is done once.
std::vector<CausalRung> climb_causal_ladder(const History& history, const Value& initial,
                                            const CheckBudget& budget);
// The same for these levels only, in their order.
std::vector<CausalRung> judge_causal_levels(const History& history, const Value& initial,
                                            const CheckBudget& budget,
                                            std::span<const CausalLevel> levels);

}  // namespace faultrig
