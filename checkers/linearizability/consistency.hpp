// The promises that one history can be held against, from the strongest down, and the ladder that
// tells the strongest one that holds. Linearizability is the one that composes and that people mean
// by "consistent"; the others say how far from it a system is.
//
// linearizable implies sequential, and for registers regular, which implies safe; sequential and
// regular do not imply each other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

enum class Consistency { linearizable, sequential, regular, safe };

std::string_view to_string(Consistency consistency);
std::optional<Consistency> consistency_from(std::string_view word);

// `regular` and `safe` are about registers: for another model their verdict is unknown and says so.
// Throws std::invalid_argument for an unknown model.
std::unique_ptr<Checker> make_consistency_checker(Consistency consistency, std::string_view model,
                                                  Value initial = {});

struct Rung {
  Consistency consistency;
  Verdict verdict;
};
// Every promise that makes sense for the model, the strongest first.
std::vector<Rung> climb_ladder(const History& history, std::string_view model, const Value& initial,
                               const CheckBudget& budget);

}  // namespace faultrig
