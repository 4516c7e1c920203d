// What is read never goes back: `read` (also `get`) -> a number that the system only lets grow, as
// a version, a timestamp, a log position, the value of a counter that is never lowered. For each
// key on its own. After the monotonic checks of Jepsen's CockroachDB and TiDB tests, and the
// session guarantee "monotonic reads" (Terry et al., Session Guarantees for Weakly Consistent
// Replicated Data, 1994).
//
//   each process       a read must not show less than an earlier one of the same process
//   with `real_time`   nor less than any read, of whichever process, that ended before it began
// Concurrent reads are in no order, and a read of unknown outcome says nothing; nil (nothing there
// yet) is below every number. With `strictly` an equal number is a violation too. Values other than
// integers, reals and nil leave the verdict unknown, since no order of theirs is known.
//
// Cost: linear; n log n for real time, which sorts by completion.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

struct MonotonicOptions {
  bool real_time = false;
  bool strictly = false;
  std::vector<std::string> kinds = {"read", "get"};
};

std::unique_ptr<Checker> make_monotonic_checker(const MonotonicOptions& options = {});

}  // namespace faultrig
