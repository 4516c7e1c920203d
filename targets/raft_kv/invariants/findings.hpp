// What the watches share: where they report (harness/node/findings.hpp), and what of a node was
// seen after its last step.
#pragma once

#include <vector>

#include "harness/node/findings.hpp"
#include "targets/raft_kv/invariants/shadow_log.hpp"
#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

// A node after its last step, life by life.
struct Seen {
  int lives = 0;
  Role role = Role::follower;
  Term term = 0;
  Index commit = 0;
  Index applied = 0;
  Index durable = 0;
  Index snapshot = 0;
  HardState promised;
  std::uint64_t promises = 0;
  std::uint64_t log_version = 0;
  ShadowLog log;
};

// One step of one node: what it was, what it is, and the others. A node that is down is nullptr.
struct Step {
  const RaftNode& node;
  const Seen& before;
  bool is_start = false;  // the first step of a life
  const std::vector<const RaftNode*>& nodes;

  bool leads_on() const {
    return !is_start && node.role() == Role::leader && before.role == Role::leader &&
           before.term == node.term();
  }
};

}  // namespace faultrig::raft_kv
