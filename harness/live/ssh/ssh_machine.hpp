// One host of a run and the node on it: its agent, what it said of itself, and what the agent is
// asked for the node alone. What lies between nodes is the cluster's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/local/trace_tail.hpp"
#include "harness/live/ssh/deployment.hpp"
#include "harness/live/ssh/remote_agent.hpp"

namespace faultrig::live {

// What an agent answers to hello: why something cannot be, empty where it can.
struct HostFacts {
  std::string seen_client;  // our address as the host sees it
  std::string no_filter;
  std::string no_boot_time;
  std::string boot;  // its boot id
};

class SshMachine {
 public:
  // Starts getting the agent there. `trace` is the copy here of the node's.
  SshMachine(Deployment deployment, const std::filesystem::path& trace, AgentTask task);

  const Deployment& deployment() const { return deployment_; }
  const NodeName& node() const { return deployment_.node; }
  const HostFacts& facts() const { return facts_; }
  RemoteAgent& agent() const { return *agent_; }

  // All below throw EnvironmentError: for a refusal, and when the host is lost.
  void wait_until_up();
  AgentMessage set_up(AgentMessage request) { return agent_->ask(std::move(request)); }
  void start();
  // kill, pause, resume.
  int order(AgentVerb verb) { return static_cast<int>(agent_->ask({verb}).number); }
  NodeStatus status() { return agent_->status(); }
  void set_clock(const ClockSetting& setting);
  std::chrono::nanoseconds clock_offset();
  void new_trace(std::vector<TraceEvent>& events);
  // Nothing when the host is lost.
  std::vector<std::string> remarks();

 private:
  Deployment deployment_;
  TraceTail trace_;
  HostFacts facts_;
  std::unique_ptr<RemoteAgent> agent_;
};

}  // namespace faultrig::live
