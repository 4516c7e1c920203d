// One member of a Raft cluster that keeps a key-value map: the state of Figure 2 and one method a
// message. The methods live in files by phase: election, replication, snapshot, reads, lease,
// client_requests, persistence.
//
// Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (extended
// version), and Ongaro's dissertation (2014): pre-vote 9.6, check-quorum 6.2, ReadIndex 6.4, client
// sessions 6.3, disk write in parallel with replication 10.2.1. Membership is fixed.
//
// Persist before promise: a message that promises something (a vote, a term, entries) is held until
// the disk has what it promises; see persistence.cpp.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/raft_kv/bugs.hpp"
#include "targets/raft_kv/config.hpp"
#include "targets/raft_kv/log.hpp"
#include "targets/raft_kv/messages.hpp"
#include "targets/raft_kv/peer_body.hpp"
#include "targets/raft_kv/state_machine.hpp"
#include "targets/raft_kv/storage.hpp"

namespace faultrig::raft_kv {

enum class Role { follower, pre_candidate, candidate, leader };
std::string_view to_string(Role role);

inline constexpr TimerId election_timer = 1;
inline constexpr TimerId heartbeat_timer = 2;

class RaftNode final : public Node {
 public:
  explicit RaftNode(RaftConfig config = {}, BugSet bugs = {});

  void step(const Clocks& clocks, const Input& input, Effects& effects) override;
  std::string describe() const override;
  std::unique_ptr<Node> clone() const override;

  // For invariants and tests.
  const NodeName& name() const { return self_; }
  std::size_t cluster_size() const { return peers_.size() + 1; }
  Role role() const { return role_; }
  Term term() const { return hard_.term; }
  const std::string& leader() const { return leader_; }
  const Log& log() const { return log_; }
  Index commit_index() const { return commit_; }
  Index applied_index() const { return applied_; }
  const Snapshot& snapshot() const { return snapshot_; }
  const StateMachine& machine() const { return machine_; }
  // Term and vote as this node believes them safe on its disk.
  const HardState& promised() const { return promised_; }
  // Grows when that changes.
  std::uint64_t promises() const { return promises_; }
  // Entries up to here are, as this node believes, safe on its disk.
  Index durable_index() const { return durable_; }
  // Steps in this life; 1 after the start.
  std::uint64_t steps() const { return steps_; }
  // Whether a read would be answered on a lease now.
  bool holds_lease() const;

 private:
  // What a leader knows of a follower (Figure 2, volatile state on leaders). At most one message
  // with entries is outstanding, so what arrives meanwhile travels as one batch.
  struct Peer {
    Index next = 1;
    Index match = 0;
    bool outstanding = false;
    Index outstanding_through = 0;
    NodeTime sent_at{0};
    NodeTime heard_at{0};
    std::int64_t acked_round = 0;
  };
  // Who waits for an answer: a client of ours, or one whose request a follower handed on.
  struct Requester {
    std::string client;
    std::int64_t msg_id = 0;
    NodeName follower;  // empty: our own client
    std::int64_t forward_id = 0;
  };
  struct Waiter {
    Term term = 0;  // of the entry waited for
    Requester requester;
  };
  struct PendingRead {
    Requester requester;
    Value operation;
  };
  struct ReadRound {
    std::int64_t round = 0;
    Index read_index = 0;
    std::vector<PendingRead> reads;
  };
  struct Handed {  // a request of our client on its way through the leader
    Requester requester;
    bool is_read = false;
  };
  struct PendingWrite {
    PersistId id = 0;
    Index through = 0;  // the log is safe up to here once it is done
    std::optional<HardState> state;
  };
  struct HeldMessage {
    NodeName dest;
    SharedPeerBody body;
    PersistId state_write = 0;  // must be done
    Index match = 0;            // must be durable
  };

  void on_start(const Start& start);
  void on_message(const Message& message);
  void on_timer(TimerId timer);
  bool is_peer(const NodeName& name) const { return peers_.contains(name); }
  bool is_majority(std::size_t nodes) const { return 2 * nodes > cluster_size(); }
  void send(const NodeName& dest, SharedPeerBody body);
  void send(const NodeName& dest, PeerMessage message);

  // election.cpp
  void reset_election_timer();
  bool heard_leader_recently() const;
  bool is_up_to_date(Index last_index, Term last_term) const;
  void become_follower(Term term, const NodeName& leader);
  void follow(const NodeName& leader);
  void start_pre_vote();
  void start_election();
  void become_leader_if_elected();
  void become_leader();
  void step_down_without_quorum();
  void handle(const NodeName& from, const PreVote& message);
  void handle(const NodeName& from, const PreVoteReply& message);
  void handle(const NodeName& from, const RequestVote& message);
  void handle(const NodeName& from, const VoteReply& message);

  // replication.cpp
  void on_heartbeat_timer();
  void append_own(Value command);
  void replicate_to_all();
  void replicate_to(const NodeName& name, Peer& peer);
  const SharedPeerBody& append_body(Index prev, bool with_entries);
  void send_empty_append(const NodeName& name, Peer& peer);
  void take_entries(const AppendEntries& message, Index prev_index, std::size_t skip);
  void reject(const NodeName& from, const AppendEntries& message);
  void back_up(Peer& peer, const AppendReply& message);
  void advance_commit();
  void commit_to(Index index);
  void apply_committed();
  void handle(const NodeName& from, const AppendEntries& message);
  void handle(const NodeName& from, const AppendReply& message);

  // snapshot.cpp
  void take_snapshot_if_due(Index applied_before);
  void send_snapshot(const NodeName& name, Peer& peer);
  void install(const InstallSnapshot& message, StateMachine machine);
  void handle(const NodeName& from, const InstallSnapshot& message);

  // reads.cpp
  bool has_committed_in_own_term() const;
  void request_read(PendingRead read);
  void start_read_round();
  void finish_confirmed_reads();
  void refuse_reads();

  // lease.cpp
  bool uses_lease() const;
  NodeTime lease_clock() const;
  bool is_bound_by_lease() const;
  void begin_round();
  void renew_lease();
  void drop_lease();

  // client_requests.cpp
  void on_client_request(const Message& message);
  void serve(const Requester& requester, const Value& operation);
  void propose(const Requester& requester, const Value& operation);
  void forward(const Requester& requester, const Value& operation);
  void answer(const Requester& requester, const Value& reply);
  void answer_error(const Requester& requester, ErrorCode code, const std::string& text);
  void answer_applied(Index index, const Entry& entry, const Value& reply);
  void answer_lost_from(Index first, Index last);
  void give_up_forwarded();
  void handle(const NodeName& from, const Forward& message);
  void handle(const NodeName& from, const ForwardReply& message);

  // persistence.cpp
  PersistId write(DiskWrite::Kind kind, std::string bytes, Index through,
                  std::optional<HardState> state);
  void persist_state();
  void write_entries();
  void replace_file();
  void forget_durability_from(Index first);
  void send_when_durable(const NodeName& dest, SharedPeerBody body, Index match = 0);
  void send_when_durable(const NodeName& dest, PeerMessage message, Index match = 0);
  void on_persisted(PersistId id);
  void release_held();

  RaftConfig config_;
  BugSet bugs_;
  std::uint64_t steps_ = 0;
  NodeName self_;
  Random random_{0};

  // Persistent (Figure 2), as in memory.
  HardState hard_;
  Log log_;
  Snapshot snapshot_;

  // Volatile.
  Role role_ = Role::follower;
  NodeName leader_;              // of this term, as far as known
  NodeTime leader_heard_at_{0};  // or the start, at which that was forgotten
  Index commit_ = 0;
  Index applied_ = 0;
  StateMachine machine_;
  std::set<NodeName> votes_;  // of others, in this candidacy
  std::map<NodeName, Peer> peers_;

  // The last append that was made, for followers that need the same one. Besides these its content
  // depends on nothing but the log.
  struct LastAppend {
    std::uint64_t log_version = 0;
    Term term = 0;
    Index prev = 0;
    Index commit = 0;
    std::int64_t round = 0;
    bool with_entries = false;
    friend bool operator==(const LastAppend&, const LastAppend&) = default;
  };
  LastAppend last_append_;
  SharedPeerBody last_append_body_;

  // Reads of a leader.
  std::int64_t round_ = 0;
  std::vector<PendingRead> waiting_reads_;  // for the next round
  std::optional<ReadRound> read_round_;     // in progress

  // Lease reads only.
  struct RoundStart {
    std::int64_t round = 0;
    NodeTime sent_at{0};  // on the lease's clock
  };
  std::deque<RoundStart> round_starts_;  // not confirmed yet
  std::optional<NodeTime> lease_from_;   // when the newest confirmed round was sent

  // Clients.
  std::multimap<Index, Waiter> waiters_;
  std::map<std::int64_t, Handed> handed_;
  std::int64_t next_forward_id_ = 0;

  // Persistence.
  PersistId next_write_ = 1;
  PersistId done_write_ = 0;
  PersistId state_write_ = 0;        // the last one with term and vote
  Index written_ = 0;                // entries handed to the disk
  Index durable_ = 0;                // entries safe on the disk
  PersistId entries_in_flight_ = 0;  // a leader's write of entries that is not done
  HardState promised_;
  std::uint64_t promises_ = 0;
  std::deque<PendingWrite> pending_writes_;
  std::vector<HeldMessage> held_;

  // Valid during a step only.
  NodeTime now_{0};
  NodeTime wall_{0};
  Effects* effects_ = nullptr;
};

}  // namespace faultrig::raft_kv
