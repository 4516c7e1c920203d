// Sets that were added to from everywhere, after everything has come together: every acknowledged
// element is in every final read of its set, and nothing is there that nobody has added.
//
// Operations: add (value: the element, added once in a history), read and final_read (value: a
// list), delete (empties the set of its key). Only final reads are judged; what an earlier one
// shows may be old. An element is owed when its add was ok and no deletion may have come after it:
// each that did not fail ended, ok, before the add began. Cost: linear in the elements shown.
//
// Source: the shopping cart of DeCandia et al., "Dynamo" (SOSP 2007), section 2.3; Jepsen, set.
#pragma once

#include "checkers/checker.hpp"

namespace faultrig {

inline constexpr const char* final_read = "final_read";

class CartChecker final : public Checker {
 public:
  std::string name() const override { return "cart"; }
  Verdict check(const History& history, const CheckBudget& budget) const override;
};

}  // namespace faultrig
