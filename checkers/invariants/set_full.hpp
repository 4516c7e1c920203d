// A set that only grows, element by element: `add v` (also `broadcast v`), `read` -> all elements
// as a list. After Jepsen's checker set-full (jepsen/checker.clj), its duplicate count mended.
//
// An element is known from the instant at which its add was acknowledged, or the first read that
// shows it ended, whichever is first. Of the reads that ended well, in order of invocation:
//   stable      the last read that lacks it began before the last one that shows it
//   lost        a read that began after it was known lacks it, and so do all that began later; or
//               the last final read (findings.hpp) of some node lacks it            => invalid
//   never read  neither: acknowledged too late, or its outcome is unknown and it never came
//   stale       stable, but a read that began after it was known lacks it
//                                                     => invalid with option `linearizable`
//   duplicated  some read shows it twice                                            => invalid
//   unexpected  a read shows what nobody had begun to add, or what certainly failed => invalid
// The latency of a stable element runs from the instant at which it was known to the beginning of
// the last read that lacks it; 0 when there is none. An unknown add may show up or not, at any
// time.
//
// What it cannot see: two reads, each showing what the other lacks, both concurrent with the adds
// (linearizability of model `set` does). Judged where reads end a run: "lost" of a history that was
// cut off in the middle may only mean "late".
//
// Cost: linear in operations plus the elements that all reads show together. Jepsen's walks all
// elements for every read; here reads are walked backwards, and a run of "shown by every read from
// here to the end" grows by one look-up for each element shown.
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

struct SetFullOptions {
  bool linearizable = false;  // stale elements are a violation
};

std::unique_ptr<Checker> make_set_full_checker(const SetFullOptions& options = {});

}  // namespace faultrig
