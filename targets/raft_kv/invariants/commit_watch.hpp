// What is committed stays committed: leader completeness, state-machine safety (Raft paper, Figure
// 3), commits only by counting replicas of an entry of the own term that a majority has (section
// 5.4.2), a leader first and its followers after it, and in one life never backwards.
//
// Leader completeness by induction: by log matching a leader that has the last committed entry has
// all before it, so only that one is looked for. Cost: O(1) a step without commits, O(nodes) and
// O(new commits) for one with; memory linear in the committed entries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "targets/raft_kv/invariants/election_watch.hpp"
#include "targets/raft_kv/invariants/findings.hpp"

namespace faultrig::raft_kv {

class CommitWatch {
 public:
  struct Committed {
    Entry entry;           // term 0: nobody showed it, it is not compared
    Term commit_term = 0;  // of the node that was first seen to have committed it
  };

  CommitWatch(Findings& findings, const ElectionWatch& elections)
      : findings_(findings), elections_(elections) {}
  void after_step(const Step& step);

  Index count() const { return static_cast<Index>(committed_.size()); }
  const Committed& at(Index index) const { return committed_[static_cast<std::size_t>(index - 1)]; }

 private:
  void check_new_leader(const Step& step);
  void check_later_leaders(const Step& step, Index index);
  std::vector<std::string> why_incomplete(const RaftNode& leader, Index index) const;
  void check_leaders_commit(const Step& step);
  void check_direction(const Step& step);
  void check_commits(const Step& step);
  void learn(const Step& step, Index index);
  std::string who_committed(const Step& step, Index index) const;

  Findings& findings_;
  const ElectionWatch& elections_;
  std::vector<Committed> committed_;  // index 1 first
  Index counted_older_ = 0;           // the last entry of an older term committed by counting
};

}  // namespace faultrig::raft_kv
