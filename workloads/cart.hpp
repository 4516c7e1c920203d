// Workload `cart`: sets that grow, on a store that merges what was added on both sides of a cut
// (Dynamo, the shopping cart).
//
// Bodies: add {key, element} -> add_ok; read {key} -> read_ok {value: [elements]}; delete {key} ->
// delete_ok empties the cart. Every element is new in a run. A missing cart reads as empty. Judged
// at the end: what was acknowledged is in the final reads (checkers/invariants/cart), and all nodes
// show the same where the target promises that.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class CartCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override;
};

inline constexpr const char* cart_summary =
    "sets that grow: no acknowledged element is missing in the end (eventual consistency)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_cart_workload(const RunPlan& plan);

}  // namespace faultrig
