#include "tests/ssh/hosts_support.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "harness/live/spawn/launcher.hpp"
#include "tests/live/agent/nft_tables_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

const char* const sshd = "/usr/sbin/sshd";
// What was uploaded runs below a folder of this name, and names it in its arguments.
const std::regex of_a_run("/faultrig-[0-9a-f]{8}\\b");

void must(bool worked, const std::string& what) {
  if (!worked) throw std::runtime_error(what + ": " + std::strerror(errno));
}

void write(const fs::path& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
}

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void make_key(const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, 1);
    ::execlp("ssh-keygen", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path.c_str(),
             nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  must(status == 0, "ssh-keygen");
}

void mount_own(const char* path, const char* options) {
  must(::mount("tmpfs", path, "tmpfs", MS_NOSUID, options) == 0, std::string("mount ") + path);
}

void show(const fs::path& file, const char* path) {
  must(::mount(file.c_str(), path, nullptr, MS_BIND, nullptr) == 0, std::string("bind ") + path);
}

}  // namespace

std::string missing_for_ssh() {
  if (::geteuid() != 0 || !may_make_namespaces()) return "root";
  if (::access(sshd, X_OK) != 0) return "sshd: apt-get install openssh-server";
  if (::system("command -v ssh-keygen >/dev/null") != 0) return "ssh-keygen: openssh-client";
  return "";
}

void with_ssh(const std::function<void()>& body) {
  const std::string missing = missing_for_ssh();
  if (!missing.empty()) GTEST_SKIP() << "NOT TESTED, it needs " << missing;
  in_sandbox(body);
}

SshHosts::SshHosts(int count) : count_(count), machines_(count + 1, PortKind::automatic) {
  ::chmod(folder().c_str(), 0755);
  make_keys();
  for (int host = 0; host < count; ++host) start_sshd(host);
  for (int host = 0; host < count; ++host) machines_.connect_tcp(control(), host, 22);
}

SshHosts::~SshHosts() {
  for (const pid_t daemon : daemons_) {
    ::kill(daemon, SIGKILL);
    ::waitpid(daemon, nullptr, 0);
  }
}

void SshHosts::make_keys() {
  make_key(key());
  std::string known;
  for (int host = 0; host < count_; ++host) {
    const fs::path own = folder() / fmt::format("host_key_{}", host);
    make_key(own);
    std::istringstream words(content_of(own.string() + ".pub"));
    std::string kind, body;
    words >> kind >> body;
    known += fmt::format("{} {} {}\n", address(host), kind, body);
  }
  write(known_hosts(), known);
  write(folder() / "authorized_keys", content_of(key().string() + ".pub"), 0644);
  write(folder() / "passwd",
        "root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
        "student:x:2000:2000::/tmp:/bin/sh\n",
        0644);
  write(folder() / "shadow", "root:*:19000:0:99999:7:::\nstudent:*:19000:0:99999:7:::\n");
}

void SshHosts::start_sshd(int host) {
  write(folder() / fmt::format("sshd_config_{}", host),
        fmt::format("ListenAddress 0.0.0.0\nHostKey {0}/host_key_{1}\nPidFile none\nUsePAM no\n"
                    "AuthorizedKeysFile {0}/authorized_keys\nPasswordAuthentication no\n"
                    "StrictModes no\nMaxStartups 100\nMaxSessions 100\nUseDNS no\n"
                    "Subsystem sftp internal-sftp\n",
                    folder().string(), host));
  machines_.space(host).inside([&] {
    const pid_t child = ::fork();
    must(child >= 0, "fork");
    if (child == 0) become_sshd(host);
    daemons_.push_back(child);
  });
  must(
      eventually([&] { return connect_result(machines_.start_connect(control(), host, 22)) == 0; }),
      "sshd did not come up: " + content_of(folder() / fmt::format("sshd_log_{}", host)));
}

void SshHosts::become_sshd(int host) {
  try {
    must(::unshare(CLONE_NEWNS) == 0, "unshare");
    must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
    mount_own("/run", "mode=0755");
    must(::mkdir("/run/sshd", 0755) == 0, "mkdir");
    mount_own("/var/tmp", "mode=1777,size=256m");
    // A disk that has room for a folder and little more.
    must(::mkdir("/run/small", 0777) == 0, "mkdir");
    mount_own("/run/small", "mode=1777,size=256k");
    must(::mkdir("/run/no-programs", 0777) == 0, "mkdir");
    must(::mount("tmpfs", "/run/no-programs", "tmpfs", MS_NOEXEC, "mode=1777") == 0, "mount");
    show(folder() / "passwd", "/etc/passwd");
    show(folder() / "shadow", "/etc/shadow");
    const std::string config = (folder() / fmt::format("sshd_config_{}", host)).string();
    const std::string log = (folder() / fmt::format("sshd_log_{}", host)).string();
    const int output = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0644);
    ::dup2(output, 2);
    ::execl(sshd, sshd, "-D", "-e", "-f", config.c_str(), nullptr);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  ::_exit(127);
}

fs::path SshHosts::inside(int host, const std::string& path) const {
  return fmt::format("/proc/{}/root{}", daemons_.at(static_cast<std::size_t>(host)), path);
}

void SshHosts::cut_off(int host, bool is_cut) {
  LinkRule rule;
  if (is_cut) rule.block = LinkRule::Block::drop;
  machines_.set_rule(host, control(), rule);
  machines_.set_rule(control(), host, rule);
}

fs::path SshHosts::hosts_file(const std::string& shared,
                              const std::function<std::string(int)>& more) {
  std::string text = fmt::format("user = \"root\"\nkey = \"{}\"\nknown_hosts = \"{}\"\n{}\n",
                                 key().string(), known_hosts().string(), shared);
  for (int host = 0; host < count_; ++host) {
    text += fmt::format("[[hosts]]\naddress = \"{}\"\n{}\n", address(host),
                        more ? more(host) : std::string());
  }
  write(folder() / "hosts.toml", text);
  return folder() / "hosts.toml";
}

pid_t SshHosts::start(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string file = (folder() / output).string();
  pid_t child = -1;
  on_control([&] {
    child = ::fork();
    if (child != 0) return;
    const int written = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(written, 1);
    ::dup2(written, 2);
    ::setenv("HOME", folder().c_str(), 1);
    if (::chdir(folder().c_str()) == 0) ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  });
  return child;
}

ProgramEnd SshHosts::wait(pid_t program, const std::string& output) {
  int status = 0;
  ::waitpid(program, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(folder() / output)};
}

ProgramEnd SshHosts::faultrig(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig");
  return wait(start(arguments, "output"), "output");
}

std::string SshHosts::sessions() {
  std::string found;
  for (const pid_t daemon : daemons_)
    found += content_of(fmt::format("/proc/{0}/task/{0}/children", daemon));
  return found;
}

std::string SshHosts::leftovers() {
  std::string found;
  for (int host = 0; host < count_; ++host) {
    for (const std::string& table : nft_tables(machines_.space(host)))
      found += fmt::format("m{}: table {}\n", host, table);
    for (const char* folder : {"/var/tmp", "/run/small", "/run/no-programs"})
      for (const fs::directory_entry& entry : fs::directory_iterator(inside(host, folder)))
        found += fmt::format("m{}: folder {}\n", host, entry.path().string());
  }
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string words = content_of(entry.path() / "cmdline");
    if (std::regex_search(words, of_a_run)) found += fmt::format("process {}: {}\n", name, words);
  }
  return found;
}

}  // namespace faultrig::live
