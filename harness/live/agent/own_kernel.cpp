#include "harness/live/agent/own_kernel.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/reboot.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

// Their numbers are part of the kernel's interface: PROC_PID_INIT_INO, PROC_USER_INIT_INO.
constexpr const char* first_pid_namespace = "pid:[4026531836]";
constexpr const char* first_user_namespace = "user:[4026531837]";

bool is_namespace(const char* kind, const char* name) {
  std::error_code unknown;
  return std::filesystem::read_symlink(std::string("/proc/self/ns/") + kind, unknown) == name;
}

bool is_in_memory(const std::filesystem::path& folder) {
  struct statfs about {};
  return ::statfs(folder.c_str(), &about) == 0 &&
         (about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC);
}

// A container may have been given the machine's processes; it has files of its own.
bool sees_the_files_of_the_first_process() {
  std::error_code unknown;
  const auto first = std::filesystem::read_symlink("/proc/1/ns/mnt", unknown);
  return !unknown && is_namespace("mnt", first.c_str());
}

}  // namespace

KernelFacts kernel_facts() {
  KernelFacts facts;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> facts.boot;
  facts.is_first_namespace =
      is_namespace("pid", first_pid_namespace) && sees_the_files_of_the_first_process();
  facts.is_root = ::geteuid() == 0 && is_namespace("user", first_user_namespace);
  return facts;
}

std::string shared_kernel(const KernelFacts& facts, const std::vector<std::string>& others) {
  if (facts.boot.empty()) return "it cannot be told which kernel it runs on (no boot id)";
  if (std::find(others.begin(), others.end(), facts.boot) != others.end())
    return "it shares its kernel with this machine or with another host of the run";
  if (!facts.is_first_namespace)
    return "it is a container, which shares its kernel with the machine below";
  return "";
}

std::string reset_obstacle(const KernelFacts& facts, const std::vector<std::string>& others,
                           bool is_disposable, const std::filesystem::path& folder) {
  if (!is_disposable)
    return "it is not declared disposable, so it is not reset (`disposable = true` in the hosts "
           "file, for a machine that may be spoilt)";
  if (std::string why = shared_kernel(facts, others); !why.empty())
    return why + ", so it is not reset";
  if (!facts.is_root) return "only root may reset it (`user = \"root\"` in the hosts file)";
  if (is_in_memory(folder))
    return folder.string() + " there is in memory, which a reset empties: choose another `folder`";
  return "";
}

void reset_kernel() {
  const Descriptor trigger(::open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC));
  if (trigger.is_open()) (void)!::write(trigger.get(), "b", 1);
  // A kernel without that key has this call, which lets its drivers settle before.
  ::reboot(RB_AUTOBOOT);
  throw EnvironmentError("cannot reset", "the kernel", errno);
}

}  // namespace faultrig::live
