// What runs in a PID namespace, read from its /proc by its init. Cost: two files a thread.
#pragma once

namespace faultrig::live {

struct ProcessCounts {
  int alive = 0;  // processes that are neither the init (pid 1) nor dead
  // Those of them of which every thread is stopped, or in an uninterruptible wait, which it leaves
  // for a pending stop only: the parent of a vfork stays there as long as its child is stopped.
  int held = 0;
  int stopped = 0;  // those of which some thread is stopped
};

// `proc` is a descriptor of the namespace's /proc.
ProcessCounts count_processes(int proc);

}  // namespace faultrig::live
