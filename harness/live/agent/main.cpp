// faultrig_agent: started on a remote host by a run, over ssh; see agent.hpp.
//   faultrig_agent --folder FOLDER --table TABLE [--keep] [--disposable]
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/agent/agent.hpp"
#include "harness/live/agent/protocol.hpp"
#include "harness/live/agent/user_namespace.hpp"

namespace faultrig::live {
namespace {

int serve_on_standard(const AgentPlace& place, ClockState& clock) {
  return serve_agent(place, clock, 0, 1);
}

int run(const std::vector<std::string>& arguments) {
  AgentPlace place;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool has_value = i + 1 < arguments.size();
    if (word == "--folder" && has_value) {
      place.folder = arguments[++i];
    } else if (word == "--table" && has_value) {
      place.table = arguments[++i];
    } else if (word == "--keep") {
      place.keep_folder = true;
    } else if (word == "--disposable") {
      place.disposable = true;
    } else if (word == "--version") {
      fmt::print("faultrig_agent {}\n", agent_version);
      return 0;
    } else {
      fmt::print(stderr, "faultrig_agent: unknown argument {}\n", word);
      return 254;
    }
  }
  // What is removed at the end must be what a run made.
  if (place.folder.filename().string().find("faultrig-") != 0 || place.table.empty()) {
    fmt::print(stderr, "faultrig_agent: it is started by `faultrig run`, not by hand\n");
    return 254;
  }
  gain_namespace_rights();
  return run_watched(place, serve_on_standard);
}

}  // namespace
}  // namespace faultrig::live

int main(int count, char** arguments) {
  try {
    return faultrig::live::run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "faultrig_agent: {}\n", error.what());
  }
  return 255;
}
