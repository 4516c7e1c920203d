// Atomic commitment (Bernstein, Hadzilacos and Goodman, section 7.3): all that decide, decide alike
// (AC1, decide-alike); none reverses its decision or carries it out twice (AC2, one-outcome); a
// commit has all votes (AC3, all-votes); and after its yes a participant decides nothing alone
// (decides-alone).
//
// Cost: O(1) a deed.
#pragma once

#include "targets/bank_2pc/invariants/findings.hpp"

namespace faultrig::bank_2pc {

class DecisionWatch {
 public:
  DecisionWatch(Findings& findings, Transactions& transactions)
      : findings_(findings), transactions_(transactions) {}
  void on_deed(const Step& step, const Deed& deed);

 private:
  void on_vote(const Step& step, const Deed& deed, Course& course);
  void on_commit(const Step& step, const TxId& tx, Course& course);
  void on_abort(const Step& step, const TxId& tx, Course& course);
  void check_votes(const Step& step, const TxId& tx, const Course& course, bool is_coordinator);

  Findings& findings_;
  Transactions& transactions_;
};

}  // namespace faultrig::bank_2pc
