// Makes the kernel ask before every exec of this thread and of all its descendants.
//
// A seccomp filter that answers `user notification` for execve and execveat, in each of the ways in
// which an x86-64 kernel can be called, and lets everything else pass; the kernel looks at nothing
// but the number. An exec waits until the holder of the listener has answered; when there is no
// holder left it fails with ENOSYS. Source: seccomp(2), seccomp_unotify(2).
#pragma once

#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

struct ExecFilter {
  Descriptor listener;
  // Who asks is interrupted by nothing but its death once its question has been received (since
  // Linux 5.19).
  bool waits_for_answer = false;
};

// Without a listener errno says why: EBUSY when somebody above listens already (a chain of
// processes has one listener). Sets no_new_privs only where the kernel demands it. Makes no
// allocation, so it may be called between fork and exec.
ExecFilter install_exec_filter();

}  // namespace faultrig::live
