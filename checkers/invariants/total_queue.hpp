// What goes in comes out, once: `enqueue v`, `dequeue` -> v, or nil for empty, `drain` -> a list of
// values. No order is asked for. After Jepsen's checker total-queue (jepsen/checker.clj), with
// bounds that also hold when dequeues have unknown outcomes.
//
// Value by value (equal values are counted, not told apart):
//   unexpected  came out before anybody had begun to put it in, or its enqueue failed => invalid
//   duplicated  came out more often than it was put in by then    => invalid, unless at_least_once
//   lost        acknowledged before the queue was last found empty, and never came out => invalid
//   remaining   acknowledged after that, and never came out: may still be in the queue, so the
//               verdict is unknown until somebody drains it
//   recovered   of unknown outcome, and came out: it took effect after all
// A queue is found empty by a dequeue that returned nil or failed with an error that says "empty",
// and by a drain.
//
// Exact: each dequeue of unknown outcome may have taken one value and lost it on the way, and a
// drain of unknown outcome any number, so only what is missing beyond that is lost for certain; the
// rest is counted as possibly taken. An unknown enqueue may appear or not. In other words, invalid
// says that no choice of what the unknown operations did explains the rest.
//
// Cost: linear in operations and drained values, and a sort by value.
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

struct TotalQueueOptions {
  bool at_least_once =
      false;  // a value may come out again: duplicates are counted, not held against
};

std::unique_ptr<Checker> make_total_queue_checker(const TotalQueueOptions& options = {});

}  // namespace faultrig
