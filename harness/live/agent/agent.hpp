// The agent: what acts on one remote host for a control process that may vanish at any time.
//
// It serves protocol.hpp on a pair of descriptors, starts the node's program through a spawn server
// of its own and cuts links with packet_filter. It holds a lease: when the channel closes, when
// nothing was asked for so long, or when it is told to (SIGTERM), it ends the node, undoes every
// fault and removes the run's folder. undo.hpp does the same should it be killed.
#pragma once

#include <chrono>

#include "harness/live/agent/serving.hpp"
#include "harness/live/agent/undo.hpp"

namespace faultrig::live {

// The exit code: 0 when it was told to end, 1 when the control process went.
int serve_agent(const AgentPlace& place, ClockState& clock, int in, int out,
                std::chrono::milliseconds lease = agent_lease);

}  // namespace faultrig::live
