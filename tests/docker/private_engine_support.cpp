#include "tests/docker/private_engine_support.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "checkers/history/value.hpp"
#include "harness/live/docker/engine_client.hpp"
#include "harness/live/docker/images.hpp"
#include "harness/live/spawn/lifeline.hpp"
#include "harness/store.hpp"

namespace faultrig::docker {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(30);

std::string find_dockerd() {
  for (const char* path : {"/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"})
    if (::access(path, X_OK) == 0) return path;
  return "";
}

// The name of the control group below which all its containers are.
std::string group_of(const fs::path& folder) { return folder.filename().string(); }

// Ports that an engine publishes at 127.0.0.1 are there.
bool bring_up_loopback() {
  const live::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

// Goes on in a child that is the first of its PID namespace and dies with us.
void enter_pid_namespace() {
  if (::unshare(CLONE_NEWPID) != 0) ::_exit(126);
  const pid_t first = ::fork();
  if (first > 0) {
    ::waitpid(first, nullptr, 0);
    ::_exit(0);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (first < 0 || ::mount("proc", "/proc", "proc", 0, nullptr) != 0) ::_exit(126);
}

[[noreturn]] void run_dockerd(const fs::path& folder, int megabytes, bool is_alone) {
  if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || !bring_up_loopback())
    ::_exit(126);
  if (is_alone) enter_pid_namespace();
  if (megabytes > 0) {
    const std::string size = fmt::format("size={}m", megabytes);
    ::mkdir((folder / "data").c_str(), 0755);
    if (::mount("data", (folder / "data").c_str(), "tmpfs", 0, size.c_str()) != 0) ::_exit(126);
  }
  const int log = ::open((folder / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
  ::dup2(log, 1);
  ::dup2(log, 2);
  live::close_all_but({});
  const std::vector<std::string> words = {find_dockerd(),
                                          "--data-root",
                                          folder / "data",
                                          "--exec-root",
                                          folder / "exec",
                                          "--pidfile",
                                          folder / "pid",
                                          "--host",
                                          "unix://" + (folder / "docker.sock").string(),
                                          "--group",
                                          "root",
                                          "--config-file",
                                          folder / "daemon.json",
                                          "--iptables=false",
                                          "--bridge=none",
                                          "--cgroup-parent",
                                          "/" + group_of(folder)};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::vector<pid_t> children() {
  std::ifstream file(fmt::format("/proc/self/task/{}/children", ::getpid()));
  std::vector<pid_t> found;
  for (pid_t child; file >> child;) found.push_back(child);
  return found;
}

// As a subreaper it gets the orphans of those it ends, until nobody is left.
void end_all_children() {
  for (std::vector<pid_t> left; !(left = children()).empty();) {
    for (const pid_t child : left) ::kill(child, SIGKILL);
    ::waitpid(-1, nullptr, 0);
  }
}

// Deepest first; a group whose processes are gone is an empty folder to rmdir.
void remove_groups(const std::string& name) {
  std::vector<fs::path> roots{"/sys/fs/cgroup"};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/sys/fs/cgroup", ignored))
    if (entry.is_directory() && !entry.is_symlink()) roots.push_back(entry.path());
  for (const fs::path& root : roots) {
    std::vector<fs::path> groups;
    if (fs::exists(root / name, ignored)) groups.push_back(root / name);
    for (const auto& entry : fs::recursive_directory_iterator(root / name, ignored))
      if (entry.is_directory()) groups.push_back(entry.path());
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) ::rmdir(group->c_str());
  }
}

[[noreturn]] void supervise(const fs::path& folder, int megabytes, bool is_alone, int lifeline,
                            int report) {
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(number, SIG_IGN);
  const pid_t engine = ::fork();
  if (engine == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(number, SIG_DFL);
    run_dockerd(folder, megabytes, is_alone);
  }
  (void)!::write(report, &engine, sizeof engine);
  live::close_all_but({lifeline});
  char nothing;
  (void)!::read(lifeline, &nothing, 1);  // until the test is over
  ::kill(engine, SIGTERM);
  const auto deadline = steady_clock::now() + patience;
  while (::waitpid(engine, nullptr, WNOHANG) == 0 && steady_clock::now() < deadline)
    ::poll(nullptr, 0, 10);
  end_all_children();
  remove_groups(group_of(folder));
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  ::_exit(0);
}

bool answers(const std::string& socket) {
  try {
    live::EngineClient client(socket);
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

}  // namespace

std::string no_private_engine() {
  if (find_dockerd().empty()) return "there is no dockerd; install Debian's docker.io";
  if (::geteuid() != 0) return "it takes root";
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWNS | CLONE_NEWNET) == 0 ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? "" : "root may not make namespaces here (CAP_SYS_ADMIN is missing)";
}

bool has_static_targets() {
  return live::is_static_executable(read_file(end_to_end::program("raft_kv")));
}

PrivateEngine::PrivateEngine(int megabytes, bool is_alone) {
  write_file(folder_.path() / "daemon.json", "{}\n");
  live::Lifeline ends = live::make_lifeline();
  live::Lifeline report = live::make_lifeline();
  supervisor_ = ::fork();
  if (supervisor_ == 0) {
    ends.parent_end.reset();
    supervise(folder_.path(), megabytes, is_alone, ends.child_end.get(), report.parent_end.get());
  }
  lifeline_ = std::move(ends.parent_end);
  (void)!::read(report.child_end.get(), &engine_, sizeof engine_);
  const bool ready = await([&] { return answers(socket()); });
  if (!ready) throw std::runtime_error("the private engine does not get ready:\n" + log());
}

PrivateEngine::~PrivateEngine() {
  lifeline_.reset();
  ::waitpid(supervisor_, nullptr, 0);
}

std::string PrivateEngine::log() const {
  std::string text;
  for (const std::string& line : last_lines(folder_.path() / "log", 30)) text += line + "\n";
  return text;
}

std::vector<std::string> PrivateEngine::beside(std::vector<std::string> command) const {
  command.insert(command.begin(), {"nsenter", "-t", std::to_string(engine_), "-n", "--"});
  return command;
}

std::vector<std::string> PrivateEngine::containers() const {
  const live::EngineClient client(socket());
  const Value answer = client.ask_value(
      {.purpose = "list all containers", .method = "GET", .path = "/containers/json?all=1"});
  std::vector<std::string> names;
  for (const Value& container : answer.as_list())
    names.push_back(container.find("Names")->as_list().front().as_string());
  return names;
}

std::vector<std::string> PrivateEngine::things() const {
  const live::EngineClient client(socket());
  std::vector<std::string> names = containers();
  const auto list = [&](const std::string& path) {
    return client.ask_value({.purpose = "list " + path, .method = "GET", .path = path});
  };
  const Value networks = list("/networks");
  for (const Value& network : networks.as_list()) {
    const std::string name = network.string_or("Name", "?");
    if (name != "none" && name != "host") names.push_back("network " + name);
  }
  const Value volumes = list("/volumes");
  const Value* found = volumes.find("Volumes");
  if (found == nullptr || !found->is_list()) return names;
  for (const Value& volume : found->as_list())
    names.push_back("volume " + volume.string_or("Name", "?"));
  return names;
}

void PrivateEngine::crash() {
  ::kill(engine_, SIGKILL);
  await([&] { return !answers(socket()); });
}

bool await(const std::function<bool()>& condition) {
  const auto deadline = steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace faultrig::docker
