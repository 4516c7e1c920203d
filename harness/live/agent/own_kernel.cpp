#include "harness/live/agent/own_kernel.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace faultrig::live {
namespace {

// Their numbers are part of the kernel's interface: PROC_PID_INIT_INO, PROC_USER_INIT_INO.
constexpr const char* first_pid_namespace = "pid:[4026531836]";
constexpr const char* first_user_namespace = "user:[4026531837]";

bool is_namespace(const char* kind, const char* name) {
  std::error_code unknown;
  return std::filesystem::read_symlink(std::string("/proc/self/ns/") + kind, unknown) == name;
}

}  // namespace

KernelFacts kernel_facts() {
  KernelFacts facts;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> facts.boot;
  facts.is_first_namespace = is_namespace("pid", first_pid_namespace);
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

}  // namespace faultrig::live
