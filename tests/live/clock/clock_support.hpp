// A node with a clock of its own, and what a program in it says of that clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/live/clock/node_clock.hpp"
#include "harness/live/spawn/server.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {

// Inside the sandbox.
class ClockRig {
 public:
  explicit ClockRig(std::vector<std::string> command);
  void start() { server.start(program); }

  std::string output() const;
  // What the probe said last: by how many milliseconds its wall clock has moved. Empty before it
  // has said anything.
  std::optional<long> last_said() const;
  // The probe says (at some time) what lies between, in milliseconds.
  bool await_said(long least, long most) const;
  // A line of the output that is no number; empty when there is none.
  std::string complaint() const;

  ScratchFolder folder;
  SpawnServer server;
  NodeClock clock{"n1"};
  Descriptor log;
  NodeProgram program;
};

// The same where waits are trapped.
class TrapRig : public ClockRig {
 public:
  explicit TrapRig(std::vector<std::string> command) : ClockRig(std::move(command)) {
    program.trap_waits = true;
  }
};

// A probe as the build made it, of tests/live/clock/probes; empty when this machine has not what it
// takes.
std::string built_probe(const std::string& name);
// The path of a probe that needs no building.
std::string probe_source(const std::string& name);
// Whether the shell finds the command.
bool has_command(const std::string& name);

}  // namespace faultrig::live
