// Nodes that have applied equally much are in the same state (state-machine safety seen from the
// other side), and nobody applies what is not committed.
//
// The committed entries are replayed here as they become known, and the digests of the state after
// each are kept; every node's state is compared with the one at its applied index, so that a state
// restored wrongly from a snapshot or a disk shows at once, and one that all nodes agree on too.
// The digest is that of the content, recomputed where a state is read (state_machine.hpp). Cost:
// O(1) a step that applied something, one apply a committed entry; 24 bytes a committed entry.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "targets/raft_kv/invariants/commit_watch.hpp"
#include "targets/raft_kv/invariants/findings.hpp"

namespace faultrig::raft_kv {

class StateWatch {
 public:
  StateWatch(Findings& findings, const CommitWatch& commits, SessionLimits limits);
  void after_step(const Step& step);

  // The state after all that is known as committed.
  const StateMachine& machine() const { return machine_; }
  // False once a committed entry was never shown; from then on nothing is judged.
  bool sees_all() const { return sees_all_; }
  Index replayed() const { return static_cast<Index>(states_.size()) - 1; }
  // Replays the next committed entry; gives its command.
  const Value& replay_next();

 private:
  struct State {
    std::uint64_t entries = 0;
    std::uint64_t sessions = 0;
    bool was_repeat = false;  // the command had been done before
    friend bool operator==(const State&, const State&) = default;
  };
  void check_state(const Step& step);
  std::vector<std::string> how_it_differs(const Step& step, const State& found) const;

  Findings& findings_;
  const CommitWatch& commits_;
  StateMachine machine_;
  bool sees_all_ = true;
  std::vector<State> states_;  // after so many entries
};

}  // namespace faultrig::raft_kv
