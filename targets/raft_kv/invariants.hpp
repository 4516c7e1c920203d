// What must hold in every moment of a raft_kv cluster, checked from outside on the states of its
// nodes.
//
// The five properties of the paper's Figure 3, the rules that carry them (a vote a term; commit
// only by counting replicas of an entry of the own term, and only with a majority holding it), and
// what clients rely on: an acknowledged write is committed, a read shows nothing older than what
// was committed when it was asked. Pure: call observe after every step with the nodes that are up,
// and observe_request / observe_reply for each client message as it is sent / answered. Cost of an
// observation: linear in the uncommitted entries and in what was newly committed, times the nodes
// that changed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

struct Violation {
  std::string property;  // "election-safety"
  std::string what;      // with nodes, terms and indices
};

class Invariants {
 public:
  explicit Invariants(const RaftConfig& config = {});

  void observe(const std::vector<const RaftNode*>& nodes);
  void observe_request(const Message& request);
  void observe_reply(const Message& reply);

  // The first violation of each property, in the order of discovery.
  const std::vector<Violation>& violations() const { return violations_; }
  // False once an entry was committed and put into a snapshot without ever being shown here; from
  // then on answers to clients are not judged.
  bool sees_all() const { return sees_all_; }
  // Entries known to be committed.
  Index committed() const { return static_cast<Index>(committed_.size()); }

 private:
  struct Committed {
    Term term = 0;         // of the entry
    Term commit_term = 0;  // of the node that was first seen to have committed it
    Value command;
  };
  struct Seen {
    std::uint64_t log_version = 0;
    Role role = Role::follower;
    Term term = 0;
    Index commit = 0;
    Index tail_first = 1;     // the entries of `tail` begin here
    std::vector<Entry> tail;  // of the log as last seen, above what was known as committed
  };
  using Nodes = std::vector<const RaftNode*>;

  void report(std::string property, std::string what);
  void check_election_safety(const RaftNode& node);
  void check_one_vote(const RaftNode& node);
  void check_leader_completeness(const RaftNode& leader);
  void check_own_term_commit(const RaftNode& node, const Seen& before, const Nodes& nodes);
  void check_commits(const RaftNode& node, Seen& before);
  void check_log_matching(const RaftNode& a, const RaftNode& b);
  void learn_commit(const RaftNode& node, const Seen& before, Index index);
  void replay(Index index, const Value& command);
  static std::optional<Entry> entry_of(const RaftNode& node, const Seen& before, Index index);

  std::vector<Violation> violations_;
  std::set<std::string> reported_;
  std::map<Term, NodeName> leaders_;
  std::map<std::pair<NodeName, Term>, NodeName> votes_;
  std::map<NodeName, Seen> seen_;
  std::vector<Committed> committed_;  // index 1 first

  // The committed entries replayed, for judging clients.
  bool sees_all_ = true;
  StateMachine machine_;
  std::set<std::pair<std::string, std::int64_t>> committed_requests_;
  std::map<Value, std::vector<std::pair<Index, Value>>> changes_;  // per key: reply of a read since
  std::map<std::pair<std::string, std::int64_t>, std::pair<Value, Index>> open_reads_;
};

}  // namespace faultrig::raft_kv
