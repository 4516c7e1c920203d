// Workload `queue`: every value goes in once and should come out once, in any order.
//
// Bodies in the style of Maelstrom, which has no such workload: {type: enqueue, value} ->
// enqueue_ok; {type: dequeue} -> {type: dequeue_ok, value}, with null for an empty queue. After
// healing every client dequeues until its node says that the queue is empty.
// Judged by total-queue: nothing acknowledged is lost, nothing comes out twice (allowed with
// `at_least_once = true`) or from nowhere. A target must promise that a dequeue that was answered
// with null found the queue empty. A dequeue without an answer may have taken a value with it.
#pragma once

#include "harness/client.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

class QueueCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation&) const override { return false; }
};

inline constexpr const char* queue_summary = "a queue that is drained in the end: enqueue, dequeue";

// Throws UsageError for an option that is unknown or out of range.
Workload make_queue_workload(const RunPlan& plan);

}  // namespace faultrig
