// What runs in a PID namespace, read from its /proc by its init. Cost: two files a thread.
#pragma once

namespace faultrig::live {

struct ProcessCounts {
  int alive = 0;    // processes that are neither the init (pid 1) nor dead
  int stopped = 0;  // those of them of which every thread is stopped
};

// `proc` is a descriptor of the namespace's /proc.
ProcessCounts count_processes(int proc);

}  // namespace faultrig::live
