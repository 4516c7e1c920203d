// What the spawn server needs to know to run one node.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace faultrig::live {

struct NodeProgram {
  std::string name;                      // also the host name inside
  std::vector<std::string> command;      // program (searched in PATH without a slash), arguments
  std::vector<std::string> environment;  // KEY=value, added to that of the control process
  std::string folder;                    // where the program starts; must exist
  std::string hosts_file;                // shown as /etc/hosts; empty: the machine's own
  // What must stay visible although /tmp is private to the node: the files and folders the command
  // uses. Paths outside /tmp need not be here.
  std::vector<std::string> visible;
  // Added to the monotonic clock and to the time since boot, in a time namespace of the node's own;
  // zero: none.
  std::chrono::seconds since_boot{};
  // Descriptors, borrowed during start().
  int network = -1;  // of its network namespace; -1: ours
  int clock = -1;    // of its NodeClock; -1: it reads the machine's
  int log = -1;      // standard output and error
  // Waits until a time of the wall clock are ended by the node's clock too (trap_filter.hpp).
  bool trap_waits = false;
};

}  // namespace faultrig::live
