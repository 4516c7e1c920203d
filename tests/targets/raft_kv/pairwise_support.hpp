// The stupid twins of log matching and leader completeness: every pair of logs entry by entry, and
// every committed entry looked for in every leader, after every step. They say what the paper's
// Figure 3 says and nothing else, so the incremental watches are compared with them.
#pragma once

#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/raft_kv/invariants/findings.hpp"

namespace faultrig::raft_kv {

class PairwiseTwin final : public ClusterObserver {
 public:
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override;
  void on_request(const Message&) override {}
  void on_reply(const Message&) override {}
  const std::vector<Violation>& violations() const override { return findings_.violations(); }
  bool found(const std::string& property) const { return findings_.has(property); }

 private:
  struct Committed {
    Entry entry;  // term 0: not known
    Term commit_term = 0;
  };
  void check_pair(const RaftNode& a, const RaftNode& b);
  void check_leader(const RaftNode& leader);
  void learn_commits(const RaftNode& node);

  Findings findings_;
  std::vector<Committed> committed_;
};

}  // namespace faultrig::raft_kv
