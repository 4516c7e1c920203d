// One host of a run and the node on it: its agent, what it said of itself, and what the agent is
// asked to do. Which link is whose is the cluster's.
//
// A host that is disposable can be reset (power_off). Until it has booted nobody is there to ask:
// what is ordered meanwhile is kept, and done when its agent is back, together with what was in
// force before, as links and clocks are expected to stay as they were set.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/agent/agent_links.hpp"
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

class SshMachine final : public LinkAgent {
 public:
  // Starts getting the agent there. `trace` is the copy here of the node's.
  SshMachine(Deployment deployment, const std::filesystem::path& trace, const AgentTask& task);

  const Deployment& deployment() const { return deployment_; }
  const NodeName& node() const { return deployment_.node; }
  const HostFacts& facts() const { return facts_; }
  const std::string& where() const { return agent_->where(); }
  void begin_end() { agent_->begin_end(); }

  // All below throw EnvironmentError: for a refusal, and when the host is lost.
  void wait_until_up();
  AgentMessage set_up(AgentMessage request);

  void start();
  // kill, pause, resume: how many processes.
  int order(AgentVerb verb);
  NodeStatus status();
  PowerLoss power_off();
  // Waits for the host when the node was to be started and it boots.
  void await_started();

  void set_clock(const ClockSetting& setting);
  std::chrono::nanoseconds clock_offset();

  void impose(AgentMessage request, std::size_t first_texts) override;
  LinkCounters counters(const std::string& side, const std::string& name) override;
  void begin(AgentMessage request, std::chrono::milliseconds patience) override;
  // Nothing when the host boots.
  std::vector<std::string> finish() override;

  void new_trace(std::vector<TraceEvent>& events);
  // Nothing of the agent's when the host is lost.
  std::vector<std::string> remarks();

 private:
  bool is_there();
  void come_back();
  void start_program();
  ClockSetting clock_now() const;

  Deployment deployment_;
  TraceTail trace_;
  HostFacts facts_;
  std::unique_ptr<RemoteAgent> agent_;
  AgentMessage set_up_;  // the request

  std::map<std::vector<std::string>, AgentMessage> imposed_;
  // Of those that somebody asked for, what was counted before the last reset.
  std::map<std::pair<std::string, std::string>, LinkCounters> counted_;
  ClockSetting clock_;
  std::chrono::steady_clock::time_point clock_set_;

  bool is_off_ = false;       // reset, and not seen again
  bool is_to_start_ = false;  // when it is back
  bool is_asked_ = false;     // by begin
  std::chrono::steady_clock::time_point reset_at_;
  int resets_ = 0;
  std::string first_boot_;
  std::chrono::duration<double> longest_boot_{};
};

}  // namespace faultrig::live
