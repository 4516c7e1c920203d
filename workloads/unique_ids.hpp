// Workload `unique_ids`: every answer is an id that nobody got before.
//
// Bodies are those of Maelstrom's unique-ids: {type: generate} -> {type: generate_ok, id}, ids of
// any JSON type. After healing every client asks once more, so that nodes that lost their memory
// get a chance to start over. Judged by unique-ids. A target must promise no order of the ids.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class UniqueIdsCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation&) const override { return false; }
};

inline constexpr const char* unique_ids_summary =
    "ids that are given out once: generate (Maelstrom unique-ids)";

// Throws UsageError for an option that is unknown or out of range.
Workload make_unique_ids_workload(const RunPlan& plan);

}  // namespace faultrig
