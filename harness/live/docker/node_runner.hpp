// The program of one node in its container: started, killed, paused, seen to end.
//
// Where the engine's processes are ours to see, the first process of the container is held by a
// descriptor: a kill is a signal to it, and that it died is seen without asking the engine.
// Elsewhere the engine is asked for all of it; that a program has ended is then noticed by the end
// of its output.
#pragma once

#include <filesystem>
#include <string>

#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/log_pump.hpp"
#include "harness/live/docker/node_containers.hpp"

namespace faultrig::live {

class NodeRunner {
 public:
  // `logs` must outlive it.
  NodeRunner(NodeName name, std::filesystem::path log, LogPump& logs, bool sees_processes)
      : name_(std::move(name)),
        log_(std::move(log)),
        logs_(logs),
        sees_processes_(sees_processes) {}
  // Made once everything it needs is there.
  void set_container(Container container) { container_ = std::move(container); }

  // As those of Cluster.
  void start();
  int kill();
  int pause();
  int resume();
  NodeStatus status();
  // Ends what runs, also where the engine is gone if that can be; never throws.
  void end();

 private:
  bool is_up() const { return state_ == NodeState::running || state_ == NodeState::paused; }
  int count() const;
  void kill_container();
  void note_end();
  void expect_engine();

  NodeName name_;
  std::filesystem::path log_;
  LogPump& logs_;
  bool sees_processes_;
  Container container_;
  ContainerProcess process_;  // while it runs and we see it
  NodeState state_ = NodeState::stopped;
  std::string how_;  // it ended by itself
  bool was_started_ = false;
  bool was_silent_ = false;  // its output ended though it runs, and the engine confirmed that
};

}  // namespace faultrig::live
