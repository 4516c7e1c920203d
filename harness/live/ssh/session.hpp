// One ssh connection to one host, with blocking calls: log in, upload files, run one command and
// talk to it. The one place that knows libssh.
//
// libssh's own time limits do not cover everything, so every step has a deadline that another
// thread enforces by shutting the socket down, whereupon the call that hangs comes back. A session
// belongs to one thread; only enforce_deadline may be called by others.
// Every EnvironmentError names the host, the step and what to do.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "harness/live/ssh/hosts.hpp"

namespace faultrig::live {

class SshSession {
 public:
  // `where` is how messages call the host: "host 10.0.0.1 (node n1)".
  SshSession(const SshHost& host, std::string where);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  // Connects, checks the host's key, authenticates.
  void log_in(std::chrono::milliseconds patience);

  // Must not be there yet.
  void make_folder(const std::string& path, std::chrono::milliseconds patience);
  void upload(const std::filesystem::path& file, const std::string& path,
              std::chrono::milliseconds patience);

  // A second command, which lives until let_go_of_guard or the end of the connection and can undo
  // what was begun: its standard input then ends.
  void guard_with(const std::string& command, std::chrono::milliseconds patience);
  void let_go_of_guard();

  // One command a session; its standard input and output are the stream.
  void run(const std::string& command, std::chrono::milliseconds patience);
  void write(std::string_view bytes, std::chrono::milliseconds patience);
  // What has come, waiting for it; empty when nothing came in time. Throws when the command or the
  // connection has ended, with what it wrote to standard error.
  std::string read(std::chrono::milliseconds patience);

  // Any thread: ends a step that takes longer than it may.
  void enforce_deadline();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultrig::live
