#include "harness/live/clock/exec_filter.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

namespace faultrig::live {
namespace {

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

ExecFilter install(const sock_fprog& program) {
  constexpr unsigned long listen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  for (const unsigned long wait : {SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0UL}) {
    const long listener = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, listen | wait, &program);
    if (listener >= 0) return {Descriptor(static_cast<int>(listener)), wait != 0};
    if (errno != EINVAL) break;
  }
  return {};
}

}  // namespace

#if defined(__x86_64__)

ExecFilter install_exec_filter() {
  // The numbers of execve and execveat for 64-bit, x32 and 32-bit callers.
  constexpr unsigned x32 = 0x40000000;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 6),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, x32 | 520, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, x32 | 545, 4, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 11, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 358, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof code / sizeof code[0], code};
  ExecFilter filter = install(program);
  if (filter.listener.is_open() || errno != EACCES || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return filter;
  return install(program);
}

#else

ExecFilter install_exec_filter() {
  errno = ENOSYS;
  return {};
}

#endif

}  // namespace faultrig::live
