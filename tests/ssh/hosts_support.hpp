// Remote hosts for the tests: sshd in network namespaces that the switch joins, each with mounts,
// accounts and keys of its own, and one more machine from which the control process speaks to them.
//
// Hosts are m0, m1 ... at 10.77.1.1 ..., the control machine comes last. Accounts are root and the
// ordinary user `student`; /var/tmp, /run and /tmp of every host are its own.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/live/live_support.hpp"
#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {

// What sshd in namespaces needs and this machine has not; empty when it can be.
std::string missing_for_ssh();

// The end of a program.
struct ProgramEnd {
  int exit_code = -1;  // 128 + signal when one ended it
  std::string output;
};

class SshHosts {
 public:
  explicit SshHosts(int count);
  ~SshHosts();

  Machines& machines() { return machines_; }
  int control() const { return count_; }
  const std::filesystem::path& folder() const { return scratch_.path(); }
  std::filesystem::path key() const { return folder() / "key"; }
  std::filesystem::path known_hosts() const { return folder() / "known_hosts"; }
  std::string address(int host) const { return to_string(machines_.address(host)); }
  // What a host's /proc/PID/root shows of it.
  std::filesystem::path inside(int host, const std::string& path) const;
  // Drops every packet between the host and the control machine, or lets them pass again.
  void cut_off(int host, bool is_cut);

  // The path of a hosts.toml of all hosts, with `shared` in front and `more` in each host's table.
  std::filesystem::path hosts_file(const std::string& shared = "",
                                   const std::function<std::string(int)>& more = {});

  // Runs a command on the control machine in folder().
  pid_t start(const std::vector<std::string>& command, const std::string& output);
  ProgramEnd wait(pid_t program, const std::string& output);
  ProgramEnd faultrig(std::vector<std::string> arguments);
  // Runs `body` with the calling thread on the control machine.
  void on_control(const std::function<void()>& body) { machines_.space(control()).inside(body); }

  // Empty when no host has a table, a process or a folder of a run.
  std::string leftovers();
  std::string sessions();  // the processes of sshd that serve somebody
  // Waits until nobody is served and nothing is left; false when that does not come.
  bool await_clean() {
    return await([&] { return sessions().empty() && leftovers().empty(); });
  }

 private:
  void make_keys();
  void start_sshd(int host);
  [[noreturn]] void become_sshd(int host);

  int count_;
  ScratchFolder scratch_;
  Machines machines_;
  std::vector<pid_t> daemons_;
};

// Runs `body` in a sandbox; skips the test, saying why, where sshd cannot be had.
void with_ssh(const std::function<void()>& body);

}  // namespace faultrig::live
