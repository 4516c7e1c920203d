// Starts the built programs as a user would, in a folder of their own, and tells how they ended.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace faultrig::end_to_end {

struct Result {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string output;  // standard output, then standard error
};

// A fresh folder that anybody may write, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

// A program that runs in the background; killed with SIGKILL at the end if it still runs.
class Background {
 public:
  Background(const std::vector<std::string>& command, const std::filesystem::path& folder);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  pid_t pid() const { return pid_; }
  void signal(int number) const;
  Result wait();  // to its end

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_;
  bool waited_ = false;
};

// The path of a built program: "faultrig", "raft_kv".
std::string program(const std::string& name);
// Runs `faultrig` with these arguments in the folder, to its end.
Result faultrig(const std::vector<std::string>& arguments, const std::filesystem::path& folder);
// Any command, to its end.
Result run(const std::vector<std::string>& command, const std::filesystem::path& folder);
// The same as an ordinary user (uid and gid 65534 when we are root, else as we are). The programs
// must be readable for that user, so they are copied into the folder with what they need.
std::vector<std::string> as_ordinary_user(const std::vector<std::string>& arguments,
                                          const std::filesystem::path& folder);
Result faultrig_as_ordinary_user(const std::vector<std::string>& arguments,
                                 const std::filesystem::path& folder);

// Processes whose command line or environment holds `marker`, zombies not counted.
std::vector<pid_t> processes_with(const std::string& marker);

}  // namespace faultrig::end_to_end
