#include "harness/live/spawn/node_view.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

const fs::path temporary = "/tmp";

// Something below /tmp, held open so that it can be shown again after /tmp is covered.
struct Held {
  fs::path path;
  bool is_folder;
  Descriptor handle;
};

std::vector<Held> hold(const std::vector<std::string>& paths) {
  std::vector<Held> held;
  for (const std::string& text : paths) {
    const fs::path path = fs::path(text).lexically_normal();
    struct stat about {};
    Descriptor handle(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!handle.is_open() || ::fstat(handle.get(), &about) != 0) continue;
    held.push_back({path, S_ISDIR(about.st_mode), std::move(handle)});
  }
  return held;
}

void show_again(const Held& held) {
  std::error_code error;
  fs::create_directories(held.is_folder ? held.path : held.path.parent_path(), error);
  if (!held.is_folder)
    Descriptor(::open(held.path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0700)).reset();
  const std::string source = fmt::format("/proc/self/fd/{}", held.handle.get());
  if (::mount(source.c_str(), held.path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
    throw EnvironmentError("cannot show", held.path.string(), errno);
}

bool is_below_temporary(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return normal != temporary && *normal.lexically_relative(temporary).begin() != "..";
}

// A node's /tmp is its own and empty after every start. When the node is to see /tmp itself (the
// programs' folder, say), it stays the machine's.
void make_private_temporary(const NodeProgram& program) {
  std::vector<std::string> kept;
  for (const std::string& path : program.visible) {
    if (fs::path(path).lexically_normal() == temporary) return;
    if (is_below_temporary(path)) kept.push_back(path);
  }
  const std::vector<Held> held = hold(kept);
  if (::mount("tmpfs", temporary.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0)
    throw EnvironmentError("cannot mount", "/tmp", errno);
  for (const Held& item : held) show_again(item);
}

}  // namespace

void set_up_node_view(const NodeProgram& program) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    throw EnvironmentError("cannot make private", "the mounts", errno);
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    throw EnvironmentError("cannot mount", "/proc", errno);
  // sysfs shows the network namespace that mounted it. Where the kernel refuses a new one (parts
  // of /sys are covered), the node sees the machine's devices there; its sockets are right anyway.
  (void)::mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr);
  if (!program.hosts_file.empty() &&
      ::mount(program.hosts_file.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) != 0 &&
      errno != ENOENT)
    throw EnvironmentError("cannot show", "/etc/hosts", errno);
  make_private_temporary(program);
  // POSIX shared memory and semaphores live in files, which the IPC namespace does not cover.
  (void)::mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  if (::sethostname(program.name.data(), program.name.size()) != 0)
    throw EnvironmentError("cannot set", "the host name", errno);
}

}  // namespace faultrig::live
