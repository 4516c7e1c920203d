#include "tests/end_to_end/program_support.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace faultrig::end_to_end {

namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// A file of /proc/PID; what could be read of it. A process that ends meanwhile makes read fail with
// ESRCH, which a file stream would throw.
std::string process_file(const fs::path& path) {
  std::string content;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return content;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(descriptor, buffer, sizeof(buffer))) > 0;) {
    content.append(buffer, static_cast<std::size_t>(got));
  }
  close(descriptor);
  return content;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "faultrig-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a scratch folder");
  path_ = name;
  fs::permissions(path_, fs::perms::all);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path ScratchFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return path_ / name;
}

Background::Background(const std::vector<std::string>& command, const fs::path& folder) {
  std::string name = (folder / ".output-XXXXXX").string();
  const int output = mkstemp(name.data());
  if (output < 0) throw std::runtime_error("cannot make an output file");
  output_ = name;
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    if (chdir(folder.c_str()) != 0) _exit(126);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(output);
}

Background::~Background() {
  if (!waited_ && pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Background::signal(int number) const { kill(pid_, number); }

Result Background::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  waited_ = true;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(output_)};
}

std::string program(const std::string& name) {
  return std::string(FAULTRIG_BINARY_DIR) + "/bin/" + name;
}

Result run(const std::vector<std::string>& command, const fs::path& folder) {
  return Background(command, folder).wait();
}

Result faultrig(const std::vector<std::string>& arguments, const fs::path& folder) {
  std::vector<std::string> command = {program("faultrig")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, folder);
}

std::vector<std::string> as_ordinary_user(const std::vector<std::string>& arguments,
                                          const fs::path& folder) {
  const fs::path home = folder / "installed";
  if (!fs::exists(home)) {
    fs::create_directories(home / "bin");
    for (const char* name : {"faultrig", "faultrig_helper", "raft_kv"})
      fs::copy(program(name), home / "bin" / name);
    fs::copy(fs::path(FAULTRIG_BINARY_DIR) / "share", home / "share", fs::copy_options::recursive);
  }
  std::vector<std::string> command;
  if (geteuid() == 0) {
    command = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"};
  }
  command.push_back((home / "bin/faultrig").string());
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Result faultrig_as_ordinary_user(const std::vector<std::string>& arguments,
                                 const fs::path& folder) {
  return run(as_ordinary_user(arguments, folder), folder);
}

std::vector<pid_t> processes_with(const std::string& marker) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (pid == getpid()) continue;
    const std::string words =
        process_file(entry.path() / "cmdline") + process_file(entry.path() / "environ");
    if (words.find(marker) != std::string::npos) found.push_back(pid);
  }
  return found;
}

}  // namespace faultrig::end_to_end
