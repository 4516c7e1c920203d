// Workload `bank`: transfers between random accounts, and reads of all of them at once.
//
// Bodies: transfer {from, to, amount} -> transfer_ok; read {} -> read_ok {balances: {"0": 13 ...}}.
// A transfer that was never carried out is a definite error (Maelstrom's 22 for an account that
// holds too little, 30 for a conflict). The accounts are 0, 1, 2 ..., and the system holds `total`
// in all when the run begins: the workload brings no money in. Judged by the total of every read.
// Source: Jepsen's bank workload.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class BankCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

inline constexpr const char* bank_summary =
    "accounts: transfers between two, reads of all in one transaction (Jepsen's bank)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_bank_workload(const RunPlan& plan);

}  // namespace faultrig
