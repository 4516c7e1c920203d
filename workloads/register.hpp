// Workload `register`: many independent registers, read, written and compared-and-set.
//
// Bodies are those of Maelstrom's lin-kv workload, so any program that speaks it can be tested.
// A missing key reads as nil. Every value written to a key is new by default, so that a story can
// say which write a read saw, and the search is fast; `distinct = false` draws from few values.
// Judged by linearizability of a cas-register for each key.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class RegisterCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

inline constexpr const char* register_summary =
    "independent registers: read, write, compare-and-set (Maelstrom lin-kv)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_register_workload(const RunPlan& plan);

}  // namespace faultrig
