#include "tests/live/live_support.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/live/spawn/launcher.hpp"
#include "tests/live/roles_support.hpp"

namespace faultrig::live {

namespace fs = std::filesystem;

std::string this_program() { return fs::read_symlink("/proc/self/exe").string(); }

void in_sandbox(const std::function<void()>& body) {
  const int code = run_in_sandbox([&] {
    body();
    return testing::Test::HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(code, 0) << "the expectations inside the sandbox";
}

std::string new_marker() {
  static int count = 0;
  return fmt::format("FAULTRIG_TEST_MARKER={}-{}-{}", ::getpid(), ++count,
                     std::chrono::steady_clock::now().time_since_epoch().count());
}

std::vector<pid_t> marked_processes(const std::string& marker) {
  std::vector<pid_t> found;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "environ", std::ios::binary);
    std::ostringstream environment;
    environment << file.rdbuf();  // ends early where a process ended
    if (environment.str().find(marker + '\0') != std::string::npos)
      found.push_back(std::stoi(name));
  }
  return found;
}

bool await(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "faultrig-live-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

pid_t start_role(const std::string& role, const std::vector<std::string>& arguments,
                 const std::string& marker, int output) {
  const std::string program = this_program();
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (output >= 0) ::dup2(output, 1);
  const std::size_t equals = marker.find('=');
  ::setenv(marker.substr(0, equals).c_str(), marker.substr(equals + 1).c_str(), 1);
  std::string flag = "--role=" + role;
  std::vector<char*> words{const_cast<char*>(program.c_str()), flag.data()};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  ::_exit(127);
}

}  // namespace faultrig::live
