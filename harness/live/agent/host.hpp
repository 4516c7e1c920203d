// What an agent does for each request; agent.hpp has the loop around it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/live/agent/link_host.hpp"
#include "harness/live/agent/protocol.hpp"
#include "harness/live/agent/undo.hpp"
#include "harness/live/clock/node_clocks.hpp"
#include "harness/live/spawn/server.hpp"

namespace faultrig::live {

class AgentHost {
 public:
  // Call while the process has one thread.
  AgentHost(const AgentPlace& place, ClockState& clock);
  // Never throws for what the request says or the machine refuses: that is an answer.
  AgentMessage handle(const AgentMessage& request);
  // Ends the node, undoes every fault, removes the folder.
  void undo();

 private:
  AgentMessage answer(const AgentMessage& request);
  AgentMessage hello();
  AgentMessage set_up(const AgentMessage& request);
  std::string set_up_clock(const std::vector<std::string>& other_boots, bool is_to_lie);
  void start(const AgentMessage& request);
  AgentMessage news(const AgentMessage& request);
  void make_durable();
  [[noreturn]] void power_off();
  void set_clock(const ClockSetting& setting);
  std::chrono::nanoseconds clock_offset();

  AgentPlace place_;
  ClockState& clock_state_;
  HostClock kernel_clock_;
  bool sets_kernel_clock_ = false;  // for jumps and drifts; else the node's clock shows them
  NodeClocks node_clocks_;          // of our one node, where it has one
  std::string no_node_clock_;       // why it can have none
  std::string no_power_off_ = "nobody has said who else runs on its kernel";
  std::unique_ptr<SpawnServer> server_;
  LinkHost links_;
  std::string node_ = "node";
};

}  // namespace faultrig::live
