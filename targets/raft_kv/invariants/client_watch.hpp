// What clients rely on: a write that was acknowledged is committed, and a read shows nothing older
// than what was committed when it was asked.
//
// The second is enough for linearizable reads: whatever was acknowledged before the read was asked
// was committed before. Possible answers are the value at that moment and all later ones. Cost:
// O(log n) a request or reply, and the changes of the key since the read was asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "targets/raft_kv/invariants/election_watch.hpp"
#include "targets/raft_kv/invariants/findings.hpp"
#include "targets/raft_kv/invariants/state_watch.hpp"

namespace faultrig::raft_kv {

class ClientWatch {
 public:
  ClientWatch(Findings& findings, const ElectionWatch& elections, const StateWatch& states)
      : findings_(findings), elections_(elections), states_(states) {}

  // The entry that `states` has just replayed.
  void on_commit(Index index, const Value& command);
  void on_request(const Message& request, Index committed);
  // `answerer` has just taken the step that answered; it committed in it up to `index`, from
  // `before` on.
  void on_reply(const Message& reply, const std::vector<const RaftNode*>& nodes,
                const RaftNode* answerer, bool committed_something);

 private:
  struct Change {
    Index index = 0;
    std::optional<Value> value;
  };
  struct OpenRead {
    Value key;
    Index asked_at = 0;
  };
  std::vector<std::string> why_unfounded(const Message& reply,
                                         const std::vector<const RaftNode*>& nodes,
                                         const RaftNode* answerer, bool committed_something) const;
  bool is_possible(const OpenRead& read, const std::optional<Value>& answer) const;
  std::vector<std::string> why_stale(const OpenRead& read, const std::optional<Value>& answer,
                                     const std::vector<const RaftNode*>& nodes,
                                     const RaftNode* answerer) const;

  Findings& findings_;
  const ElectionWatch& elections_;
  const StateWatch& states_;
  std::unordered_set<std::uint64_t> committed_requests_;
  std::unordered_map<Value, std::vector<Change>> changes_;
  std::unordered_map<std::uint64_t, OpenRead> open_reads_;
};

}  // namespace faultrig::raft_kv
