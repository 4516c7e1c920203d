// What the watches share: where they report, and what of a node was seen after its last step.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/raft_kv/invariants/shadow_log.hpp"
#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

// The first violation of each property, in the order of discovery.
class Findings {
 public:
  void report(std::string property, std::string what, std::vector<std::string> circumstances = {}) {
    if (!reported_.insert(property).second) return;
    violations_.push_back({std::move(property), std::move(what), std::move(circumstances)});
  }
  bool has(const std::string& property) const { return reported_.contains(property); }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::vector<Violation> violations_;
  std::set<std::string> reported_;
};

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
