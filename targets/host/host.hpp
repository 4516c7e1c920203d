// Runs any Node as a real process: sockets with reconnect and back-off, timers, files with fsync, a
// log on standard error, trace lines in a file. One thread, one event loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "harness/node/node.hpp"

namespace faultrig::host {

struct HostOptions {
  NodeName self;
  // Every member, self included: name -> "address:port".
  std::map<NodeName, std::string> peers;
  std::string data_folder;  // made when missing
  std::string trace_file;   // empty: no trace
  std::uint64_t seed = 0;
};

// Runs until SIGTERM (returns 0) or until it cannot go on (a message on standard error; returns 1).
// A failed write or fsync ends the process at once: a node that cannot keep a promise must not go
// on.
int run_host(std::unique_ptr<Node> node, const HostOptions& options);

}  // namespace faultrig::host
