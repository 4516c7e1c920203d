// Workload `set`: a set that only grows; every element is added once and all of it is read.
//
// Bodies are those of Maelstrom's g-set (add, read -> value) or, with `bodies = "broadcast"`, of
// its broadcast (broadcast, read -> messages); no topology is sent. After healing replicas are left
// alone for `quiet_ms`, and every client reads once more: what its node says then is final.
// Judged by set-full: no acknowledged element is lost, none shown twice or out of thin air; with
// `promise = "linearizable"` none is missing from any read that began after it was acknowledged.
// A target must promise that what one node acknowledged reaches all of them without further adds.
// Reads are few (read_weight 1 of 20), since each carries all elements.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class SetCodec : public ClientCodec {
 public:
  // The field in which a read finds the elements: "value", or "messages" of the broadcast bodies.
  explicit SetCodec(std::string elements_field = "value")
      : elements_field_(std::move(elements_field)) {}
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }

 private:
  std::string elements_field_;
};

inline constexpr const char* set_summary =
    "a growing set: add, read (Maelstrom g-set and broadcast)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_set_workload(const RunPlan& plan);

}  // namespace faultrig
