// The program of a node as the child of the node's init: forked, executed, reaped, and where the
// node has a clock every exec below it supervised. What is the same in every kind of init; for
// processes of one thread that have no other children than these and their orphans.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/live/clock/exec_supervisor.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

class ChildProgram {
 public:
  // From now on SIGCHLD is blocked. `proc` is a descriptor of our PID namespace's /proc, borrowed.
  explicit ChildProgram(int proc);

  // Returns when exec has happened. `prepare` is called in the child; false: it failed, see errno.
  // `clock`, borrowed during the call: without one every program has the machine's clock; one that
  // cannot be followed is counted there. Throws EnvironmentError.
  void execute(const std::vector<std::string>& command, const ClockFiles& clock,
               const std::function<bool()>& prepare);

  pid_t pid() const { return child_; }
  // To be polled for input: a child has ended; somebody is about to exec, -1 when nobody can be.
  int children() const { return children_.get(); }
  int execs() const { return supervisor_ ? supervisor_->descriptor() : -1; }
  // What poll(2) has said of those.
  void reap();
  void supervise(short events);

  // The program's wait status once it has ended.
  std::optional<int> ended() const { return ended_; }

 private:
  void begin_to_supervise(int child, const ClockFiles& clock);
  int await_exec(int failure);
  void note_end(pid_t who, int status);

  int proc_;
  Descriptor children_;
  pid_t child_ = -1;
  std::optional<int> ended_;
  std::optional<ExecSupervisor> supervisor_;
};

}  // namespace faultrig::live
