#include "harness/live/agent/agent.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>

#include "harness/live/agent/host.hpp"

namespace faultrig::live {

int serve_agent(const AgentPlace& place, ClockState& clock, int in, int out,
                std::chrono::milliseconds lease) {
  ::signal(SIGPIPE, SIG_IGN);
  ::umask(022);
  try {
    AgentHost host(place, clock);
    const Parting parting = serve_requests(
        [&](const AgentMessage& request) { return host.handle(request); }, in, out, lease);
    host.undo();
    return parting == Parting::told ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "faultrig_agent: {}\n", error.what());
  }
  return 255;
}

}  // namespace faultrig::live
