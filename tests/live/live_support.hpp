// What the tests of harness/live share: bodies inside the sandbox, roles of the test program, and
// counting marked processes.
//
// A role is another job of this same program, started as `live_tests --role=NAME ARGUMENTS`, so
// that the tests need no other program.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace faultrig::live {

// The path of this program.
std::string this_program();

// Runs `body` in the sandbox; failed expectations inside fail the test outside.
void in_sandbox(const std::function<void()>& body);

// A marker no other process carries, and the processes that do: those whose environment, as their
// last exec saw it, has it. Zombies have none.
std::string new_marker();
std::vector<pid_t> marked_processes(const std::string& marker);

// Waits until the condition holds; false when it does not within a minute (a deadlock guard).
bool await(const std::function<bool()>& condition);

// A folder for one test, removed at its end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Starts this program in a role, with `marker` in its environment and its standard output in
// `output` (a descriptor, -1: inherited). The caller waits for it.
pid_t start_role(const std::string& role, const std::vector<std::string>& arguments,
                 const std::string& marker, int output = -1);

}  // namespace faultrig::live
