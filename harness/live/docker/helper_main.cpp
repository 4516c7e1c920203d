// faultrig_helper FOLDER TABLE: started by a run in the container that holds a node's network; see
// helper_host.hpp. It serves its standard input and output until the run ends or is lost.
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "harness/live/agent/serving.hpp"
#include "harness/live/docker/helper_host.hpp"

int main(int count, char** arguments) {
  using faultrig::live::AgentMessage;
  if (count != 3) {
    fmt::print(stderr, "faultrig_helper: it is started by `faultrig run`, not by hand\n");
    return 254;
  }
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(022);
  try {
    faultrig::live::HelperHost host(arguments[1], "/etc/hosts", arguments[2]);
    faultrig::live::serve_requests(
        [&](const AgentMessage& request) { return host.handle(request); }, 0, 1);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "faultrig_helper: {}\n", error.what());
  }
  return 255;
}
