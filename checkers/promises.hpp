// All promises that a history can be held against, in one list: linearizability and what is weaker
// (linearizability/consistency.hpp), and those about causality (causal/causal_level.hpp); and the
// ladder, which tells the strongest that hold.
//
//   linearizable => sequential => causal memory, causal convergence => ... => session guarantees
//   linearizable => regular => safe     (of registers)
//
// So a history can keep several promises of which none contains another.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

// "linearizable", "sequential", "causal-memory" ... "safe"; no promise before one that implies it.
const std::vector<std::string>& promise_names();
// Whoever keeps `stronger` keeps `weaker`; false for a name that there is not.
bool promise_implies(std::string_view stronger, std::string_view weaker);

// Whether the promise says something about this model: those about causality and about single reads
// speak of registers. Throws std::invalid_argument for a model that there is not.
bool promise_fits(std::string_view promise, std::string_view model);

// Throws std::invalid_argument for a promise or model that there is not. A promise that makes no
// sense for the model is unknown, and its verdict says why.
std::unique_ptr<Checker> make_promise_checker(std::string_view promise, std::string_view model,
                                              const Value& initial = {});

struct Rung {
  std::string promise;
  Verdict verdict;
};
// Every promise that makes sense for the model, the strongest first. Promises about causality that
// cannot be judged at all, for one reason, are one rung, "causal".
std::vector<Rung> climb_ladder(const History& history, std::string_view model, const Value& initial,
                               const CheckBudget& budget);
// The promises that hold and that none that holds contains.
std::vector<std::string> strongest_of(const std::vector<Rung>& rungs);

}  // namespace faultrig
