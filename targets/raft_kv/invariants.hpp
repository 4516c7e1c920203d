// What must hold in every moment of a raft_kv cluster, checked from outside on the states of its
// nodes, after every step of every node.
//
// The properties are in invariants/, a file a group: elections (election-safety, one-vote,
// durable-promise), logs (log-matching, leader-append-only, cut-on-conflict), commits
// (leader-completeness, state-machine-safety, own-term-commit, commit-quorum, leader-commits-first,
// monotone-commit, monotone-applied), states (state-digest, apply-after-commit) and clients
// (acknowledged-write, stale-read). They see states, never bug switches.
//
// A simulation calls this millions of times a second, so only the node that took the step is looked
// at, and only where it has changed: a step that changed nothing costs a few comparisons and no
// allocation, any other what is new. Memory is linear in the committed entries of the run.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/raft_kv/invariants/client_watch.hpp"
#include "targets/raft_kv/invariants/commit_watch.hpp"
#include "targets/raft_kv/invariants/election_watch.hpp"
#include "targets/raft_kv/invariants/findings.hpp"
#include "targets/raft_kv/invariants/log_watch.hpp"
#include "targets/raft_kv/invariants/state_watch.hpp"

namespace faultrig::raft_kv {

class Invariants final : public ClusterObserver {
 public:
  explicit Invariants(const RaftConfig& config = {});
  Invariants(const Invariants&) = delete;  // the watches refer to each other
  Invariants& operator=(const Invariants&) = delete;

  // The nodes must be RaftNodes.
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override;
  void on_request(const Message& request) override;
  void on_reply(const Message& reply) override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

  // False once an entry was committed and put into a snapshot without ever being shown here; from
  // then on neither states nor answers to clients are judged.
  bool sees_all() const { return states_.sees_all(); }
  // Entries known to be committed.
  Index committed() const { return commits_.count(); }

 private:
  void look(std::size_t stepped, bool is_start);

  Findings findings_;
  ElectionWatch elections_;
  LogWatch logs_;
  CommitWatch commits_;
  StateWatch states_;
  ClientWatch clients_;
  std::vector<Seen> seen_;  // by place
  std::vector<const RaftNode*> nodes_;
  std::size_t stepped_ = 0;
  bool committed_something_ = false;  // the last step
};

}  // namespace faultrig::raft_kv
