// Linearizability, which composes and which people mean by "consistent", and the weaker promises
// that the same models can be held against (checkers/promises.hpp has them all).
//
// linearizable implies sequential, and for registers regular, which implies safe; sequential and
// regular do not imply each other.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "checkers/checker.hpp"

namespace faultrig {

enum class Consistency { linearizable, sequential, regular, safe };

std::string_view to_string(Consistency consistency);
std::optional<Consistency> consistency_from(std::string_view word);

// `regular` and `safe` are about registers: for another model their verdict is unknown and says so.
// Throws std::invalid_argument for an unknown model.
std::unique_ptr<Checker> make_consistency_checker(Consistency consistency, std::string_view model,
                                                  Value initial = {});

}  // namespace faultrig
