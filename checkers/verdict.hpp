// What a checker says of a history: valid < unknown < invalid, why, and the evidence.
//
// Unknown is a verdict of its own: a spent budget, a broken checker, an empty run or a fault that
// never bit. It never looks like valid, and it always carries its reasons.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/evidence.hpp"

namespace faultrig {

enum class Validity { valid, unknown, invalid };

std::string_view to_string(Validity validity);
// The worse of the two, in the order valid < unknown < invalid.
constexpr Validity worst(Validity a, Validity b) { return a < b ? b : a; }

struct Verdict {
  std::string checker;  // "linearizable", "activity" ...
  Validity validity = Validity::unknown;
  std::string procedure;             // which algorithm decided, for the curious: "search, 12 keys"
  std::vector<std::string> reasons;  // one sentence each; never empty unless valid
  Evidence evidence;                 // what proves an invalid
  // Figures worth showing, in order: {"operations", "4711"}, {"keys", "12"} ...
  std::vector<std::pair<std::string, std::string>> statistics;
};

}  // namespace faultrig
