// Workload `counter`: a sum that clients add to.
//
// Bodies are those of Maelstrom's g-counter: {type: add, delta} -> add_ok; {type: read} ->
// {type: read_ok, value}. Deltas are 1 ... `most`, with `negative = true` (pn-counter) also
// -most ... -1. After healing replicas are left alone for `quiet_ms`, and every client reads once
// more. Judged by counter: final reads show all that was acknowledged and any choice of what is
// unknown; reads before that may be behind, unless `promise = "linearizable"`. A target must
// promise that an add counts once, however often it was sent between its nodes.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class CounterCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

inline constexpr const char* counter_summary =
    "a sum: add, read (Maelstrom g-counter and pn-counter)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_counter_workload(const RunPlan& plan);

}  // namespace faultrig
