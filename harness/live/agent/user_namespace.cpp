#include "harness/live/agent/user_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "harness/errors.hpp"
#include "harness/live/spawn/launcher.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

void write_map(const char* path, const std::string& text) {
  const Descriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  if (file.is_open() &&
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()))
    return;
  throw EnvironmentError("cannot write", path, errno, namespace_remedy(errno));
}

}  // namespace

void gain_namespace_rights() {
  if (may_make_namespaces()) return;
  const std::string user = fmt::format("0 {} 1\n", ::geteuid());
  const std::string group = fmt::format("0 {} 1\n", ::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) {
    throw EnvironmentError("cannot make", "a user namespace for the agent", errno,
                           namespace_remedy(errno));
  }
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", user);
  write_map("/proc/self/gid_map", group);
}

}  // namespace faultrig::live
