#include "harness/live/docker/stock_filter.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace faultrig::live {
namespace {

#if defined(__x86_64__)
constexpr unsigned architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned architecture = AUDIT_ARCH_AARCH64;
#else
#error "the filter is made for x86-64 and aarch64"
#endif

constexpr unsigned x32_bit = 0x4000'0000;  // the same calls, asked for by x32 programs

constexpr unsigned new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// By number, where this machine's headers may be older than its kernel.
constexpr long open_tree = 428, move_mount = 429, fsopen = 430, fsconfig = 431, fsmount = 432,
               fspick = 433, clone3 = 435, mount_setattr = 442, quotactl_fd = 443;

constexpr long closed[] = {SYS_bpf,           SYS_fanotify_init, SYS_mount,
                           SYS_umount2,       SYS_pivot_root,    SYS_setns,
                           SYS_unshare,       SYS_sethostname,   SYS_syslog,
                           SYS_setdomainname, SYS_quotactl,      SYS_perf_event_open,
                           open_tree,         move_mount,        fsopen,
                           fsconfig,          fsmount,           fspick,
                           mount_setattr,     quotactl_fd,       SYS_name_to_handle_at};

sock_filter refuse(int error) {
  return BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error));
}

}  // namespace

bool install_stock_filter() {
  std::vector<sock_filter> code = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      // 32-bit programs keep what the engine gave; their numbers are others.
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~x32_bit)};
  for (const long number : closed) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
    code.push_back(refuse(EPERM));
  }
  // Its flags are in memory, which a filter cannot see; C libraries fall back to clone.
  code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(clone3), 0, 1));
  code.push_back(refuse(ENOSYS));
  code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
  code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)));
  code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, new_namespaces, 0, 1));
  code.push_back(refuse(EPERM));
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace faultrig::live
