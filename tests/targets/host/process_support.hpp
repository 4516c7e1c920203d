// Real processes of a target on loopback, for tests: started from the built program, ended with the
// test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig::host {

// A program under test. Killed by the destructor when it still runs.
class Process {
 public:
  // Standard error goes to `log`.
  Process(const std::vector<std::string>& command, const std::filesystem::path& log);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  void signal(int number);
  // "exit 0", "signal 9".
  std::string wait();

 private:
  pid_t pid_ = -1;
};

// Three nodes on free ports of 127.0.0.1, with a folder that the destructor removes.
class LoopbackCluster {
 public:
  explicit LoopbackCluster(int nodes = 3, std::vector<std::string> flags = {},
                           std::string target = "raft_kv");
  ~LoopbackCluster();
  void start(const std::string& node);
  void kill(const std::string& node);              // SIGKILL
  std::string terminate(const std::string& node);  // SIGTERM; how it ended
  const std::vector<std::string>& names() const { return names_; }
  std::uint16_t port(const std::string& node) const { return ports_.at(node); }
  std::string log(const std::string& node) const;
  std::filesystem::path trace(const std::string& node) const { return folder_ / (node + ".trace"); }
  std::filesystem::path folder() const { return folder_; }
  std::vector<std::string> command(const std::string& node) const;

 private:
  std::string target_;
  std::filesystem::path folder_;
  std::vector<std::string> flags_;
  std::vector<std::string> names_;
  std::map<std::string, std::uint16_t> ports_;
  std::map<std::string, Process> processes_;
};

// A blocking client connection. Every wait ends after ten seconds at the latest.
class LineClient {
 public:
  LineClient(std::string name, std::uint16_t port, std::string node);
  ~LineClient();
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;
  void send_raw(const std::string& bytes);
  // Nothing when the connection ended or nothing came in time.
  std::optional<std::string> read_line();
  // One request, one answer; nil when there was none.
  Value ask(Value::Map body);

 private:
  std::string name_;
  std::string node_;
  int descriptor_ = -1;
  std::string buffer_;
  std::int64_t next_id_ = 0;
};

// Asks through `node`, on a new connection each time, until the answer is of that type.
Value ask_until(const LoopbackCluster& cluster, const std::string& node, const Value::Map& body,
                const std::string& type);

// The built program of a target; empty when it was not built.
std::string program(const std::string& target = "raft_kv");
std::uint16_t free_port();
std::string read_file(const std::filesystem::path& path);

}  // namespace faultrig::host
