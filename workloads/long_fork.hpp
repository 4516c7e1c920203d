// Workload `long_fork`: keys that are written once, and reads of the keys of a group together.
//
// Bodies are those of Maelstrom's txn-rw-register: {type: txn, txn: [["r", k, null], ...]} ->
// {type: txn_ok, txn: [["r", k, value], ...]}. A client writes the next key and then reads its
// group; between that it reads groups that others have just written to (jepsen.tests.long-fork).
// After healing every client reads the youngest groups once more. Judged by long-fork: no two reads
// see two writes in opposite orders. A target must promise snapshot isolation or more for
// transactions that only read.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class LongForkCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

inline constexpr const char* long_fork_summary =
    "keys written once and read in groups (Maelstrom txn-rw-register)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_long_fork_workload(const RunPlan& plan);

}  // namespace faultrig
