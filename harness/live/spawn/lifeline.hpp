// How a process is tied to its parent: it dies with it, whatever kills the parent.
//
// PR_SET_PDEATHSIG alone has a hole: a parent that died before the call never signals. Its parent's
// pid cannot tell (getppid is 0 across a PID namespace), so the parent holds the write end of a
// pipe that only it has, and the child looks for the hang-up after arming the signal. The signal
// follows the parent's *thread*, so the parent must clone from one that stays.
#pragma once

#include <vector>

#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

struct Lifeline {
  Descriptor child_end;   // readable
  Descriptor parent_end;  // never handed to anybody
};

// Throws EnvironmentError.
Lifeline make_lifeline();
// Called in the child, with parent_end closed there. Ends the calling process when the parent is
// gone already.
void die_with_parent(int child_end);
// Closes every descriptor from 3 on but these (numbers below 3 are ignored).
void close_all_but(std::vector<int> kept);

}  // namespace faultrig::live
