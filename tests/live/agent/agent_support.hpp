// The agent program on pipes, as sshd would start it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/live/agent/protocol.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"

namespace faultrig::live {

class PipedAgent {
 public:
  // Makes the folder and starts the agent in the network namespace, with `marker` ("KEY=value") in
  // its environment, which its nodes inherit.
  PipedAgent(const NetworkNamespace& space, const std::filesystem::path& folder,
             const std::string& table, const std::string& marker,
             const std::vector<std::string>& flags = {});
  ~PipedAgent();  // hangs up and waits
  // The answer; fails the test when none comes.
  AgentMessage ask(const AgentMessage& request);
  void send(const std::string& bytes);
  std::optional<AgentMessage> receive();
  void hang_up() { to_agent_.reset(); }
  int wait();  // the exit code of what was started, once it has ended
  pid_t watcher() const { return watcher_; }
  pid_t agent() const;  // the process that serves

 private:
  pid_t watcher_ = -1;
  bool waited_ = false;
  Descriptor to_agent_;
  Descriptor from_agent_;
  AgentReader reader_{false};
};

}  // namespace faultrig::live
