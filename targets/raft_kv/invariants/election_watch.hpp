// At most one leader a term (Raft paper, Figure 3), at most one vote of a node in a term in all its
// lives (section 5.2), and what a node promised is still there when it starts again (section 5.1,
// Figure 2).
//
// A disk that loses or spoils bytes which it had acknowledged breaks the last one too: then it is
// the disk that was wrong. Cost: O(log n) for a change of role or promise.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "targets/raft_kv/invariants/findings.hpp"

namespace faultrig::raft_kv {

class ElectionWatch {
 public:
  explicit ElectionWatch(Findings& findings) : findings_(findings) {}
  void after_step(const Step& step);

  // The newest term with a leader; 0 when there was none.
  Term newest_led_term() const { return leaders_.empty() ? 0 : leaders_.rbegin()->first; }
  // Whether this step made the node a leader.
  bool is_new_leader() const { return is_new_leader_; }
  bool lost_entries_in_a_restart() const { return lost_entries_; }

 private:
  struct Vote {
    NodeName candidate;
    int life = 0;
    int step_downs = 0;
  };
  void check_one_leader(const Step& step);
  void check_one_vote(const Step& step);
  void check_promises(const Step& step);

  Findings& findings_;
  bool is_new_leader_ = false;
  bool lost_entries_ = false;
  std::map<Term, NodeName> leaders_;
  std::map<std::pair<NodeName, Term>, Vote> votes_;
  std::map<NodeName, int> step_downs_;  // within a term, of a node
  std::set<Term> voted_twice_;
};

}  // namespace faultrig::raft_kv
