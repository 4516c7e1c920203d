// The spawn server: a small single-threaded process, forked before there are threads, that starts
// and ends the nodes' processes.
//
// Why a process of its own: PR_SET_PDEATHSIG follows the thread that forked, so the inits need a
// parent whose one thread stays; and a fork of a small process is cheap. Every node is a PID
// namespace: killing its init ends all of it, daemons that hid from their parents included
// (3 ms for 50 processes). The server ends with us, and the inits with the server.
// Source: pid_namespaces(7), pidfd_open(2), prctl(2).
#pragma once

#include <sys/types.h>

#include <string>

#include "harness/cluster.hpp"
#include "harness/live/spawn/node_program.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {

// Not for use by several threads at once. All calls throw EnvironmentError when the machine refuses
// or the server is gone. Must be made while the process has one thread, with the rights to make
// namespaces (root, or inside run_in_sandbox).
class SpawnServer {
 public:
  SpawnServer();
  ~SpawnServer();  // ends every node and the server
  SpawnServer(const SpawnServer&) = delete;
  SpawnServer& operator=(const SpawnServer&) = delete;

  // Returns when the program has been executed. Throws std::logic_error when the node runs already.
  void start(const NodeProgram& program);
  // Ends every process of the node and waits until all are reaped; returns how many there were.
  int kill(const std::string& node);
  // Return how many processes were seen stopped, or running again. 0 when the node does not run.
  int pause(const std::string& node);
  int resume(const std::string& node);
  NodeStatus status(const std::string& node);

  pid_t pid() const { return pid_; }

 private:
  WireMessage ask(WireMessage request);
  int ask_number(MessageKind kind, const std::string& node);

  pid_t pid_ = -1;
  Descriptor control_;
};

}  // namespace faultrig::live
