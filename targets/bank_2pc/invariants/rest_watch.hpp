// What must hold when faults are healed and nobody asks for anything any more: no transaction is in
// doubt and no lock is held (ends-after-heal), and the money is all there (conservation). And at
// every moment: no balance below 0 (no-overdraft).
//
// Cost: a commit looks at the balances of its node.
#pragma once

#include <span>

#include "targets/bank_2pc/invariants/findings.hpp"

namespace faultrig::bank_2pc {

class RestWatch {
 public:
  RestWatch(Findings& findings, Money total) : findings_(findings), total_(total) {}
  void on_commit(const Step& step, const TxId& tx);
  // All nodes run.
  void at_rest(const std::vector<const BankNode*>& nodes, bool total_may_change);

 private:
  void check_ends(const BankNode& node);

  Findings& findings_;
  Money total_;
};

}  // namespace faultrig::bank_2pc
