// One member of a Dynamo-style key-value store: any node serves any client, coordinates its request
// with the N owners of the key and answers when R have answered or W have stored. The methods live
// in files by phase: client_requests, coordination, replica, handoff, anti_entropy, tombstones,
// membership, persistence.
//
// Source: DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store" (SOSP 2007).
//
// A node talks to itself as to the others (a Fetch, a Store), so that there is one way for all;
// what it says to itself is heard before the step ends. Answers tell only what the disk has.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/dynamo/bugs.hpp"
#include "targets/dynamo/config.hpp"
#include "targets/dynamo/entry.hpp"
#include "targets/dynamo/merkle_tree.hpp"
#include "targets/dynamo/operation.hpp"
#include "targets/dynamo/peer_body.hpp"
#include "targets/dynamo/ring.hpp"
#include "targets/dynamo/storage.hpp"

namespace faultrig::dynamo {

inline constexpr TimerId sync_timer = 1;
inline constexpr TimerId handoff_timer = 2;
inline constexpr TimerId look_timer = 3;  // after requests that wait

// A version that this node made in its last step, and on what ground.
struct Made {
  Value key;
  SharedVersion version;
  Kind kind = Kind::put;
  Context seen;    // what the client, or the nodes that were asked, had seen
  Versions basis;  // what those nodes had; empty when the client said it
};

// A request that was answered with success in the last step.
struct Answered {
  Operation operation;
};

class DynamoNode final : public Node {
 public:
  explicit DynamoNode(DynamoConfig config = {}, BugSet bugs = {});

  void step(const Clocks& clocks, const Input& input, Effects& effects) override;
  std::string describe() const override;
  std::unique_ptr<Node> clone() const override;

  // For invariants and tests.
  const NodeName& name() const { return nodes_[self_]; }
  NodeIndex index() const { return self_; }
  const std::vector<NodeName>& nodes() const { return nodes_; }
  const Entries& entries() const { return entries_; }
  const Hints& hints() const { return hints_; }
  const Members& members() const { return members_; }
  // Of the ring as this node knows it.
  std::vector<NodeIndex> owners_of(const Value& key) const;
  // Steps in this life; 1 after the start.
  std::uint64_t steps() const { return steps_; }
  // What the last step did: keys of which the disk has something else now, versions made, requests
  // answered.
  const std::vector<Value>& changed() const { return changed_; }
  const std::vector<Made>& made() const { return made_; }
  const std::vector<Answered>& answered() const { return answered_; }

 private:
  struct Waiter {  // for a write of the disk
    PersistId batch = 0;
    NodeIndex to = 0;
    PeerMessage message;
  };
  struct Delivery {  // of a hint
    HintKey hint;
    std::uint64_t digest = 0;
  };
  // A tombstone on its way to be forgotten: everybody is asked twice, a grace period apart.
  struct Grave {
    std::uint64_t digest = 0;
    NodeTime due{};  // when the next round of questions begins
    int rounds = 0;  // that are over
    std::set<NodeIndex> confirmed;
    std::int64_t asked = 0;  // id of the questions of this round; 0 before it
  };
  struct Remains {  // of a tombstone that was forgotten
    Versions tombstone;
    NodeTime until{};
  };

  void on_start(const Start& start);
  void take_over(const Recovered& recovered);
  void on_message(const Message& message);
  void receive(NodeIndex from, const PeerMessage& message);
  void hear_itself();
  void send(NodeIndex to, PeerMessage message);
  void send_when_safe(PersistId batch, NodeIndex to, PeerMessage message);
  std::int64_t next_id();
  bool is_owner(NodeIndex node, const Value& key) const;
  bool is_sloppy() const { return config_.quorum == Quorum::sloppy; }

  // client_requests.cpp
  void on_client_request(const Message& message);
  std::string problem_of(const Message& request) const;
  // Nothing when there is one that is wrong.
  static std::optional<Context> context_in(const Value& body);
  void change_members(const Message& request);
  void answer(Operation& operation);
  Value::Map read_answer(const Operation& operation) const;
  void refuse(const Operation& operation);

  // coordination.cpp
  void begin(Kind kind, const Message& request);
  void begin_fetching(Operation& operation);
  void handle(NodeIndex from, const Fetched& message);
  void on_fetched(Operation& operation);
  void finish_read(Operation& operation);
  void repair(Operation& operation, NodeIndex node);
  void make_version(Operation& operation, const Context& seen);
  Stamp next_stamp(const Operation& operation);
  void begin_storing(Operation& operation);
  void handle(NodeIndex from, const Stored& message);
  void on_stored(Operation& operation);
  bool has_read_quorum(const Operation& operation) const;
  bool has_write_quorum(const Operation& operation) const;

  // patience.cpp
  void on_look_timer();
  void set_look_timer();
  void look_again(Operation& operation);
  void replace_silent_owners(Operation& operation);
  bool is_over(const Operation& operation) const;

  // replica.cpp
  void handle(NodeIndex from, const Fetch& message);
  void handle(NodeIndex from, const Store& message);
  // Merges into what this node has of the key; gives the write of the disk after which it is safe.
  PersistId take_in(const Value& key, const Versions& versions, NodeIndex from);
  PersistId take_hint(const HintKey& hint, const Versions& versions);
  Versions merged(const Versions& one, const Versions& other) const;
  Versions without_remains(const Value& key, const Versions& versions, NodeIndex from);

  // handoff.cpp
  void on_handoff_timer();
  void on_delivered(const Delivery& delivery);

  // anti_entropy.cpp
  void on_sync_timer();
  void handle(NodeIndex from, const TreeHashes& message);
  void handle(NodeIndex from, const LeafEntries& message);
  std::vector<std::pair<Value, Versions>> entries_of(const std::set<std::size_t>& leaves,
                                                     NodeIndex peer) const;
  void update_trees(const Value& key, const Versions& before, const Versions& after);
  std::uint64_t tree_hash(const Value& key, const Versions& versions) const;

  // tombstones.cpp
  void watch_grave(const Value& key, const Versions& versions);
  void visit_graves();
  void ask_about(const Value& key, Grave& grave);
  void handle(NodeIndex from, const Entomb& message);
  void handle(NodeIndex from, const Entombed& message);
  void handle(NodeIndex from, const Collected& message);
  void collect(const Value& key);
  void forget(const Value& key, const Versions& tombstone);
  bool is_busy_with(const Value& key) const;

  // membership.cpp
  void handle(NodeIndex from, const MembersAre& message);
  void on_new_members();
  void move_misplaced();
  void hand_over(const Value& key, const Versions& versions);

  // persistence.cpp
  PersistId set_entry(const Value& key, Versions versions);
  PersistId set_hint(const HintKey& hint, Versions versions);
  PersistId all_safe_with() const;
  void write_out();
  std::string whole_file();
  std::string changes();
  void on_persisted(PersistId id);

  DynamoConfig config_;
  BugSet bugs_;
  std::uint64_t steps_ = 0;
  NodeIndex self_ = 0;
  std::vector<NodeName> nodes_;
  std::map<NodeName, NodeIndex> peers_;

  Members members_;
  Ring ring_;
  Actor actor_ = 0;
  std::int64_t life_ = 0;
  std::int64_t last_id_ = 0;           // ids of this life begin far above those of the last
  std::map<Value, Counter> counters_;  // versions that this actor has made of each key
  Stamp clock_ = 0;                    // no stamp that this node has had is above it

  Entries entries_;
  Hints hints_;
  std::map<std::int64_t, Operation> operations_;
  std::map<std::int64_t, Delivery> deliveries_;  // since the handoff timer last fired
  std::vector<MerkleTree> trees_;                // by peer: the keys that both own
  std::map<Value, Grave> graves_;
  std::map<std::int64_t, Value> grave_questions_;
  std::map<Value, Remains> remains_;
  NodeIndex turn_ = 0;

  // The disk.
  PersistId written_ = 0;  // the last write handed to it
  PersistId safe_ = 0;     // and done
  std::set<Value> dirty_entries_;
  std::set<HintKey> dirty_hints_;
  bool is_identity_dirty_ = true;  // a life must be known to the disk before it makes a version
  bool are_members_dirty_ = false;
  bool must_rewrite_ = false;
  std::size_t records_ = 0;  // in the file
  std::map<Value, Versions> entries_in_flight_;
  std::map<HintKey, Versions> hints_in_flight_;
  std::deque<Waiter> waiters_;

  // Of the last step.
  std::vector<Value> changed_;
  std::vector<Made> made_;
  std::vector<Answered> answered_;

  // Valid during a step only.
  NodeTime now_{0};
  NodeTime wall_{0};
  Effects* effects_ = nullptr;
  std::deque<PeerMessage> to_itself_;
};

}  // namespace faultrig::dynamo
