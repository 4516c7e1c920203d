// The agent of one host, which is got there and spoken to over one ssh session.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/live/agent/agent_caller.hpp"
#include "harness/live/ssh/hosts.hpp"

namespace faultrig::live {

struct AgentTask {
  std::string node;
  SshHost host;
  std::string folder;                                                 // the run's own, there
  std::string table;                                                  // in nftables
  std::vector<std::pair<std::filesystem::path, std::string>> upload;  // files here, paths there
  std::filesystem::path agent;                                        // the program, here
  std::vector<FollowedFile> follow;
};

class RemoteAgent final : public AgentCaller {
 public:
  // Starts getting the agent there; wait_until_up tells how it went.
  explicit RemoteAgent(const AgentTask& task);
};

}  // namespace faultrig::live
