// The loop of whoever answers protocol.hpp on a pair of descriptors: the agent of a host, the
// helper of a container. It holds a lease: it ends when the channel closes, when nothing was asked
// for so long, or when it is told to (the request `end`, SIGTERM).
#pragma once

#include <chrono>
#include <functional>

#include "harness/live/agent/protocol.hpp"

namespace faultrig::live {

inline constexpr std::chrono::milliseconds agent_lease{5'000};

// Why the control process is no longer served.
enum class Parting { told, gone };

// What `answer` throws, for what a request says or the machine refuses, as an answer.
AgentMessage answer_or_refusal(const std::function<AgentMessage()>& answer);

// Blocks SIGTERM in the calling thread. `answer` must not throw.
Parting serve_requests(const std::function<AgentMessage(const AgentMessage&)>& answer, int in,
                       int out, std::chrono::milliseconds lease = agent_lease);

}  // namespace faultrig::live
