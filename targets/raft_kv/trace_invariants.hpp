// What traces show of Raft's promises: for nodes that run as programs, into which nobody can see.
// The names are those of invariants.hpp.
//
// election-safety: no two nodes become leader of one term (Raft paper, Figure 3). one-vote: no node
// votes for two in one term of one life; across lives traces cannot tell, for a vote that was not
// on the disk yet may be forgotten and was never sent. state-machine-safety: what nodes commit at
// one index is of one term, and so one entry where terms have one leader; known at the ends of
// their commits and snapshots only.
//
// Nothing here rests on what is missing, so a gap in a trace hides and never accuses. Cost: O(log
// n) a line; memory is linear in the commits of the run.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "harness/node/findings.hpp"
#include "harness/node/trace_observer.hpp"

namespace faultrig::raft_kv {

class TraceInvariants final : public TraceObserver {
 public:
  void on_event(const TraceEvent& event) override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

 private:
  void on_leader(const NodeName& node, std::int64_t term);
  void on_vote(const NodeName& node, std::int64_t term, const NodeName& candidate);
  void on_commit(const NodeName& node, std::int64_t index, std::int64_t term);

  struct Committed {
    std::int64_t term = 0;
    NodeName by;
  };
  Findings findings_;
  TraceContinuity continuity_;
  std::map<std::int64_t, NodeName> leaders_;                    // by term
  std::map<std::int64_t, Committed> committed_;                 // by index
  std::map<NodeName, std::map<std::int64_t, NodeName>> votes_;  // of this life, by term
};

}  // namespace faultrig::raft_kv
