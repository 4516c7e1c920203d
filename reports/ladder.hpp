// The ladder of a history in words: the strongest promises that hold, of all of it and of each
// object, and for every promise whether it holds and if not why.
#pragma once

#include <string>
#include <string_view>

#include "checkers/budget.hpp"
#include "checkers/history/history.hpp"

namespace faultrig {

// Indented lines. Cost: that of every checker, twice where there are several keys; the budget is
// that of one promise for the whole, and is shared out among the keys after that.
std::string ladder_words(const History& history, std::string_view model, const Value& initial,
                         const CheckBudget& budget);

}  // namespace faultrig
