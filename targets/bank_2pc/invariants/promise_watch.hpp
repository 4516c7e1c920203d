// What a node has promised is still there when it starts again: its yes votes that are not decided,
// and the commits it has announced that not everybody has carried out (durable-promise). And what
// it has promised stays locked (locks-until-decision).
//
// A disk that loses or spoils bytes which it had acknowledged breaks the first one too: then it is
// the disk that was wrong. Cost: a vote looks at its accounts, a start at all transactions.
#pragma once

#include "targets/bank_2pc/invariants/findings.hpp"

namespace faultrig::bank_2pc {

class PromiseWatch {
 public:
  PromiseWatch(Findings& findings, Transactions& transactions)
      : findings_(findings), transactions_(transactions) {}
  void on_start(const Step& step);
  void on_vote(const Step& step, const TxId& tx);

 private:
  void check_locks(const Step& step, const Prepare& prepare, const char* when);

  Findings& findings_;
  Transactions& transactions_;
};

}  // namespace faultrig::bank_2pc
