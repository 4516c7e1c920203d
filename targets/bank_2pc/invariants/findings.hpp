// What the watches share: where they report, and what is known of each transaction.
#pragma once

#include <bitset>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {

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

using NodeSet = std::bitset<128>;  // by place; a cluster has at most 99 nodes

// What has been seen of a transaction, in all lives of all nodes.
struct Course {
  NodeSet participants;  // once somebody has voted yes
  std::string request;   // then too
  NodeSet yes;
  NodeSet committed;
  NodeSet aborted;
  NodeSet restarted;  // since its yes
  bool decided_commit = false;
  bool decided_abort = false;
  bool presumed_abort = false;
};

class Transactions {
 public:
  Course& of(const TxId& tx) { return all_[tx.number * 1024 + tx.node]; }
  // In no particular order: only for questions to which the order does not matter.
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& [key, seen] : all_) {
      visit(TxId{static_cast<std::int32_t>(key % 1024), key / 1024}, seen);
    }
  }

 private:
  std::unordered_map<std::int64_t, Course> all_;
};

// One step of one node, of which something is to be told.
struct Step {
  const BankNode& node;
  std::size_t place = 0;
  bool is_start = false;  // the first step of a life
};

}  // namespace faultrig::bank_2pc
