// What the watches share: where they report (harness/node/findings.hpp), and what is known of each
// transaction.
#pragma once

#include <bitset>
#include <string>
#include <unordered_map>

#include "harness/node/findings.hpp"
#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {

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
