#include "tests/live/switch/isolated_support.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

namespace faultrig::live {
namespace {

constexpr int passed = 0, failed = 1, no_namespaces = 77;

bool write_file(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(file);
  return written;
}

// The caller becomes root of a new user namespace. False when it may not.
bool enter_user_namespace() {
  const std::string user = std::to_string(geteuid());
  const std::string group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", "0 " + user + " 1") &&
         write_file("/proc/self/gid_map", "0 " + group + " 1");
}

[[noreturn]] void be_the_child(const std::function<void()>& body) {
  if (!enter_user_namespace()) {
    std::fprintf(stderr, "user namespace: %s\n", std::strerror(errno));
    _exit(no_namespaces);
  }
  try {
    body();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
  std::fflush(nullptr);
  _exit(testing::Test::HasFailure() ? failed : passed);
}

}  // namespace

void run_isolated(const std::function<void()>& body) {
  if (geteuid() == 0) {
    body();
    return;
  }
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0) << std::strerror(errno);
  if (child == 0) be_the_child(body);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == no_namespaces) {
    GTEST_SKIP() << "this user may not make user namespaces";
  }
  EXPECT_TRUE(WIFEXITED(status)) << "the isolated test died by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), passed) << "the isolated test failed; its messages are above";
}

}  // namespace faultrig::live
