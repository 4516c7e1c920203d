// Whether a host's kernel is the host's alone, so that it may be spoilt where the host is declared
// disposable: its clock set, the kernel reset.
//
// Who runs on one kernel has one boot id; we compare it with that of the control process and of the
// run's other hosts. A container may be shown another boot id, so a host counts only when its agent
// is in the kernel's first PID namespace and sees the files that its first process sees. Source:
// proc(5), namespaces(7), linux/proc_ns.h; reset: sysrq(4) `b` and reboot(2), neither of which
// writes anything to a disk first.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultrig::live {

struct KernelFacts {
  std::string boot;                 // its boot id; empty: unknown
  bool is_first_namespace = false;  // and its first process has our files
  bool is_root = false;             // of the machine, not of a user namespace
};
KernelFacts kernel_facts();

// Why the kernel is not this host's alone; empty when it is. `others` are the boot ids of the
// control process's machine and of the other hosts.
std::string shared_kernel(const KernelFacts& facts, const std::vector<std::string>& others);

// Why the host is not to be reset, with what was synced below `folder` kept; empty when it may be.
std::string reset_obstacle(const KernelFacts& facts, const std::vector<std::string>& others,
                           bool is_disposable, const std::filesystem::path& folder);
// Does not return: the machine boots anew as after a power failure. Throws EnvironmentError. Only
// for who has found no obstacle.
[[noreturn]] void reset_kernel();

}  // namespace faultrig::live
