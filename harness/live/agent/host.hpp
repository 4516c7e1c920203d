// What an agent does for each request; agent.hpp has the loop around it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/live/agent/link_host.hpp"
#include "harness/live/agent/protocol.hpp"
#include "harness/live/agent/undo.hpp"
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
  void start(const AgentMessage& request);
  AgentMessage news(const AgentMessage& request);
  void set_clock(const AgentMessage& request);

  AgentPlace place_;
  ClockState& clock_state_;
  HostClock clock_;
  std::unique_ptr<SpawnServer> server_;
  LinkHost links_;
  std::string node_ = "node";
};

}  // namespace faultrig::live
