// A bank in which money only moves: every read of all accounts has the same total, names no account
// that there is not, and (unless accounts may be overdrawn) shows none below 0. An account that a
// read does not name holds nothing.
//
// Source: Jepsen's bank workload (jepsen.tests.bank), after Kingsbury's tests of Galera and
// CockroachDB. What it cannot see: a bank that is wrong in a way that keeps the total, such as a
// transfer that is lost or done twice as a whole. Reads that are not ok prove nothing. A history in
// which money comes in or goes out (an ok or unknown deposit or withdraw) is unknown: its total is
// no constant. Cost: linear in the operations and in the accounts of the reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

struct BankRules {
  std::int64_t total = 100;
  std::vector<std::string> accounts = {};  // empty: any name will do
  bool may_overdraw = false;
};

class BankChecker final : public Checker {
 public:
  explicit BankChecker(BankRules rules);
  std::string name() const override { return "bank"; }
  Verdict check(const History& history, const CheckBudget& budget) const override;

 private:
  BankRules rules_;  // accounts in order
};

}  // namespace faultrig
