#include "tests/targets/raft_kv/pairwise_support.hpp"

#include <algorithm>

namespace faultrig::raft_kv {

void PairwiseTwin::after_step(std::size_t, std::span<const Node* const> nodes) {
  std::vector<const RaftNode*> up;
  for (const Node* node : nodes) {
    if (node != nullptr) up.push_back(static_cast<const RaftNode*>(node));
  }
  for (std::size_t a = 0; a < up.size(); ++a) {
    for (std::size_t b = a + 1; b < up.size(); ++b) check_pair(*up[a], *up[b]);
  }
  for (const RaftNode* node : up) {
    if (node->role() == Role::leader) check_leader(*node);
  }
  for (const RaftNode* node : up) learn_commits(*node);
}

void PairwiseTwin::check_pair(const RaftNode& a, const RaftNode& b) {
  const Index bottom = std::max(a.log().base_index(), b.log().base_index());
  bool must_match = false;
  for (Index index = std::min(a.log().last_index(), b.log().last_index()); index > bottom;
       --index) {
    const Entry& left = a.log().at(index);
    const Entry& right = b.log().at(index);
    must_match = must_match || left.term == right.term;
    if (must_match && (left.term != right.term || left.command != right.command)) {
      findings_.report("log-matching", a.name() + " and " + b.name());
    }
  }
}

void PairwiseTwin::check_leader(const RaftNode& leader) {
  const Log& log = leader.log();
  for (Index index = log.base_index() + 1; index <= static_cast<Index>(committed_.size());
       ++index) {
    const Committed& known = committed_[static_cast<std::size_t>(index - 1)];
    if (known.entry.term == 0 || known.commit_term >= leader.term()) continue;
    if (log.term_at(index) != known.entry.term) {
      findings_.report("leader-completeness", leader.name());
    }
  }
}

void PairwiseTwin::learn_commits(const RaftNode& node) {
  for (auto index = static_cast<Index>(committed_.size()) + 1; index <= node.commit_index();
       ++index) {
    const bool is_here = index > node.log().base_index() && index <= node.log().last_index();
    committed_.push_back({is_here ? node.log().at(index) : Entry(), node.term()});
  }
}

}  // namespace faultrig::raft_kv
