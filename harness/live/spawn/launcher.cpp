#include "harness/live/spawn/launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>

#include "harness/errors.hpp"
#include "harness/live/spawn/lifeline.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

// A second request within this time is the same request sent twice (`timeout` and some shells
// signal the process and then its group).
constexpr auto same_request = std::chrono::seconds(1);

// How far the inner side got; sent once, before the body may run.
enum class Step : std::int32_t { ready, mounts, proc, loopback, body_process };
struct Report {
  Step step = Step::ready;
  std::int32_t error = 0;
};

const char* action_of(Step step) {
  switch (step) {
    case Step::ready:
      return "cannot start";
    case Step::mounts:
      return "cannot make mounts private in";
    case Step::proc:
      return "cannot mount /proc in";
    case Step::loopback:
      return "cannot bring up the loopback device of";
    case Step::body_process:
      return "cannot fork in";
  }
  return "?";
}

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&signals, number);
  return signals;
}

// Blocks the watched signals and makes children waitable; puts all back at the end.
class SignalScope {
 public:
  SignalScope() {
    const sigset_t signals = watched_signals();
    ::sigprocmask(SIG_BLOCK, &signals, &old_mask_);
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &action, &old_child_action_);
  }
  ~SignalScope() {
    ::sigaction(SIGCHLD, &old_child_action_, nullptr);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;
  const sigset_t& old_mask() const { return old_mask_; }

 private:
  sigset_t old_mask_;
  struct sigaction old_child_action_;
};

std::string first_word(const char* path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

bool write_whole(const std::string& path, const std::string& text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.is_open() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Maps the user to root inside. The empty string, or the file that refused (errno says why).
std::string map_user(pid_t child) {
  const std::string folder = fmt::format("/proc/{}/", child);
  // A group map may be written by an unprivileged process only when setgroups is off.
  const std::pair<std::string, std::string> files[] = {
      {folder + "setgroups", "deny"},
      {folder + "uid_map", fmt::format("0 {} 1\n", ::geteuid())},
      {folder + "gid_map", fmt::format("0 {} 1\n", ::getegid())},
  };
  for (const auto& [path, text] : files)
    if (!write_whole(path, text)) return path;
  return "";
}

bool bring_up_loopback() {
  const Descriptor handle(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return handle.is_open() && ::ioctl(handle.get(), SIOCSIFFLAGS, &request) == 0;
}

// Exit code of a wait status, as a shell shows it.
int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_body(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    fmt::print(stderr, "faultrig: internal error: {}\n", error.what());
  }
  return 255;
}

// PID 1 of the sandbox: reaps everybody, forwards signals, ends with the body.
[[noreturn]] void serve_as_init(pid_t body) {
  const sigset_t signals = watched_signals();
  while (true) {
    int status = 0;
    for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == body) ::_exit(code_of(status));
    const int number = ::sigwaitinfo(&signals, nullptr);
    if (number > 0 && number != SIGCHLD) ::kill(body, number);
  }
}

[[noreturn]] void run_inside(const std::function<int()>& body, const sigset_t& mask,
                             Lifeline lifeline, int report_end) {
  lifeline.parent_end.reset();
  char go = 0;
  if (::read(lifeline.child_end.get(), &go, 1) != 1) ::_exit(1);
  die_with_parent(lifeline.child_end.get());
  ::setsid();

  const auto refuse = [&](Step step) {
    const Report report{step, errno};
    (void)!::write(report_end, &report, sizeof report);
    ::_exit(1);
  };
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) refuse(Step::mounts);
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    refuse(Step::proc);
  if (!bring_up_loopback()) refuse(Step::loopback);

  const pid_t child = ::fork();
  if (child < 0) refuse(Step::body_process);
  if (child == 0) {
    lifeline.child_end.reset();
    ::close(report_end);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    const int code = run_body(body);
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(code & 255);
  }
  const Report ready{};
  (void)!::write(report_end, &ready, sizeof ready);
  serve_as_init(child);
}

// Forwards signals to the sandbox's init until it has ended, and everything below with it.
int accompany(pid_t init) {
  const sigset_t signals = watched_signals();
  std::optional<steady_clock::time_point> asked;
  int forced_by = 0;
  while (true) {
    int status = 0;
    if (::waitpid(init, &status, WNOHANG) == init)
      return forced_by != 0 ? 128 + forced_by : code_of(status);
    const int number = ::sigwaitinfo(&signals, nullptr);
    if (number <= 0 || number == SIGCHLD) continue;
    const auto now = steady_clock::now();
    if (!asked) {
      asked = now;
      ::kill(init, number);
    } else if (now - *asked > same_request) {
      forced_by = number;
      ::kill(init, SIGKILL);
    }
  }
}

}  // namespace

bool may_make_namespaces() {
  constexpr std::uint64_t net_admin = std::uint64_t{1} << 12;
  constexpr std::uint64_t sys_admin = std::uint64_t{1} << 21;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "CapEff:") continue;
    status >> word;
    const std::uint64_t capabilities = std::stoull(word, nullptr, 16);
    return (capabilities & net_admin) != 0 && (capabilities & sys_admin) != 0;
  }
  return false;
}

std::string namespace_remedy(int error) {
  if (first_word("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
    return "allow it with `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or run "
           "as root";
  if (first_word("/proc/sys/kernel/unprivileged_userns_clone") == "0")
    return "allow it with `sudo sysctl -w kernel.unprivileged_userns_clone=1`, or run as root";
  if (error == ENOSPC || first_word("/proc/sys/user/max_user_namespaces") == "0")
    return "allow it with `sudo sysctl -w user.max_user_namespaces=15000`, or run as root";
  return "run as root; in a container, start that with --privileged";
}

int run_in_sandbox(const std::function<int()>& body) {
  std::cout.flush();
  std::fflush(nullptr);  // or both halves would write what is buffered
  int report_ends[2];
  if (::pipe2(report_ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  Descriptor report_in(report_ends[0]);
  Descriptor report_out(report_ends[1]);
  Lifeline lifeline = make_lifeline();
  const SignalScope signals;

  const bool own_user = !may_make_namespaces();
  const int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
                    (own_user ? CLONE_NEWUSER : 0);
  const pid_t init = static_cast<pid_t>(::syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));
  if (init < 0) {
    throw EnvironmentError(
        own_user ? "cannot make a user namespace for" : "cannot make namespaces for",
        "the sandbox of the run", errno, namespace_remedy(errno));
  }
  if (init == 0) {
    report_in.reset();
    run_inside(body, signals.old_mask(), std::move(lifeline), report_out.get());
  }
  lifeline.child_end.reset();
  report_out.reset();
  const auto give_up = [&](std::string action, std::string object, int error) {
    ::kill(init, SIGKILL);
    ::waitpid(init, nullptr, 0);
    throw EnvironmentError(std::move(action), std::move(object), error, namespace_remedy(error));
  };
  if (own_user) {
    const std::string refused = map_user(init);
    if (!refused.empty()) give_up("cannot write", refused, errno);
  }
  (void)!::write(lifeline.parent_end.get(), "g", 1);
  Report report;
  const ssize_t got = ::read(report_in.get(), &report, sizeof report);
  if (got != sizeof report) give_up("cannot start", "the sandbox of the run", 0);
  if (report.error != 0) give_up(action_of(report.step), "the sandbox of the run", report.error);
  return accompany(init);
}

}  // namespace faultrig::live
