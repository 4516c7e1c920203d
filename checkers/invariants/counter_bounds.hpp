// A counter, read by read: `add n` (also increment, decrement; nil is 1), `read` -> n. After
// Jepsen's checker counter (jepsen/checker.clj), which knows no decrements, and Maelstrom's
// g-counter and pn-counter, which judge final reads only.
//
// A read must show the sum of
//   the initial value, and every add that was acknowledged before the read began, and
//   any choice of the adds that may or may not have counted by then: those in flight while it ran,
//   and those of unknown outcome that had begun before it ended. Failed adds never count.
// So it lies between the certain sum plus all negative ones, and plus all positive ones, of that
// choice: outside is "out of bounds". Inside, where the choice is small, it must be one of the sums
// that some choice gives, else it is "unreachable" (10 and an unknown add 5: 10 or 15, not 12).
// With `eventual` an acknowledged add may be missing too, except from final reads (findings.hpp).
//
// Exact for each read alone; two reads that contradict each other within their bounds are left to
// linearizability of model `counter` (jepsen-io/jepsen#303).
//
// Cost: linear in operations, a sort by completion, and for a read whose choice has c adds and
// spans w numbers c * w / 64 steps where c <= 64 and w <= 4096, nothing beyond.
#pragma once

#include <cstdint>
#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

struct CounterBoundsOptions {
  std::int64_t initial = 0;
  bool eventual = false;  // only final reads must show all that was acknowledged
};

std::unique_ptr<Checker> make_counter_bounds_checker(const CounterBoundsOptions& options = {});

}  // namespace faultrig
