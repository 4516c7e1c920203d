// What clients rely on: a write that was acknowledged is committed, and a read shows nothing older
// than what was committed when it was asked.
//
// The second is enough for linearizable reads: whatever was acknowledged before the read was asked
// was committed before. Possible answers are the value at that moment and all later ones; keys that
// are read together are looked at one by one. Cost: O(log n) a request or reply, and the changes of
// what was read since it was asked; linear in the elements for a read of the set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "targets/raft_kv/invariants/election_watch.hpp"
#include "targets/raft_kv/invariants/findings.hpp"
#include "targets/raft_kv/invariants/places.hpp"
#include "targets/raft_kv/invariants/state_watch.hpp"

namespace faultrig::raft_kv {

class ClientWatch {
 public:
  ClientWatch(Findings& findings, const ElectionWatch& elections, const StateWatch& states,
              ReadSubject keyless_reads)
      : findings_(findings),
        elections_(elections),
        states_(states),
        keyless_reads_(keyless_reads) {}

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
    Content content;
  };
  using Changes = std::vector<Change>;
  struct OpenRead {
    Value operation;
    Index asked_at = 0;
  };
  Changes& changes_of(const Place& place);
  // nullptr when it has never changed.
  const Changes* find_changes(const Place& place) const;
  bool is_acknowledgement(const Value& reply, std::uint64_t request) const;
  std::vector<std::string> why_unfounded(const Message& reply,
                                         const std::vector<const RaftNode*>& nodes,
                                         const RaftNode* answerer, bool committed_something) const;
  void check_read(const OpenRead& read, const Message& reply,
                  const std::vector<const RaftNode*>& nodes, const RaftNode* answerer);
  bool is_possible(const Place& place, Index asked_at, const Content& answer) const;
  std::vector<std::string> why_stale(const Place& place, const Content& answer,
                                     const std::vector<const RaftNode*>& nodes,
                                     const RaftNode* answerer) const;

  Findings& findings_;
  const ElectionWatch& elections_;
  const StateWatch& states_;
  ReadSubject keyless_reads_;
  std::unordered_set<std::uint64_t> committed_requests_;
  std::unordered_set<std::uint64_t> changing_transactions_;  // others only read
  std::unordered_map<Value, Changes> register_changes_;
  Changes set_changes_;
  Changes counter_changes_;
  std::unordered_map<std::uint64_t, OpenRead> open_reads_;
};

}  // namespace faultrig::raft_kv
