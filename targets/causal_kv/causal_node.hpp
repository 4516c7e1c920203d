// One member of a cluster that keeps a causally consistent key-value map: every node serves reads
// and writes from what it has, and hands its writes on to the others, who take each after all that
// it comes after. The methods live in files by phase: client_requests, broadcast, anti_entropy,
// persistence.
//
// Source: causal broadcast by vector clocks, Birman, Schiper and Stephenson, "Lightweight Causal
// and Atomic Group Multicast" (1991), section 5.1; causal memory, Ahamad et al., "Causal Memory:
// Definitions, Implementation, and Programming" (1995); anti-entropy, Demers et al., "Epidemic
// Algorithms for Replicated Database Maintenance" (1987). Membership is fixed.
//
// A write's way: it is taken into the log (own ones with the next number, delivered ones when their
// turn has come), written to the disk, and only then shown to clients, acknowledged and sent on.
// What a client has seen therefore survives a crash, and no number leaves the node that a later
// life could give to another write.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/causal_kv/bugs.hpp"
#include "targets/causal_kv/config.hpp"
#include "targets/causal_kv/peer_body.hpp"
#include "targets/causal_kv/requests.hpp"
#include "targets/causal_kv/store.hpp"
#include "targets/causal_kv/write_log.hpp"

namespace faultrig::causal_kv {

inline constexpr TimerId sync_timer = 1;

// An exchange that came to its end: this node has all that the peer had safe when it answered.
struct Exchange {
  NodeIndex peer = 0;
  VectorClock clock;  // the peer's
};

class CausalNode final : public Node {
 public:
  explicit CausalNode(CausalConfig config = {}, BugSet bugs = {});

  void step(const Clocks& clocks, const Input& input, Effects& effects) override;
  std::string describe() const override;
  std::unique_ptr<Node> clone() const override;

  // For invariants and tests.
  const NodeName& name() const { return nodes_[self_]; }
  NodeIndex index() const { return self_; }
  const std::vector<NodeName>& nodes() const { return nodes_; }
  std::size_t cluster_size() const { return nodes_.size(); }
  const WriteLog& log() const { return log_; }
  // So many writes, from the beginning of the log, are shown to clients and, as this node believes,
  // safe on its disk.
  std::size_t shown() const { return shown_; }
  const Store& store() const { return store_; }
  std::size_t buffered() const { return buffered_.size(); }
  // Exchanges that ended in this life, and the last of them.
  std::uint64_t exchanges() const { return exchanges_; }
  const Exchange& last_exchange() const { return last_exchange_; }
  // Steps in this life; 1 after the start.
  std::uint64_t steps() const { return steps_; }

 private:
  struct Waiter {  // for a write of its own to be safe
    std::size_t place = 0;
    Message request;
  };

  void on_start(const Start& start, NodeTime now);
  void recover_log(const DiskImage& disk);
  void on_message(const Message& message);
  void send(NodeIndex peer, PeerMessage message);
  void send_to_all(PeerMessage message);

  // client_requests.cpp
  void on_client_request(const Message& message);
  void read(const Message& request, const Value& body);
  void read_key(const Message& request, const Value& key);
  void write(const Message& request, Change change);
  void acknowledge(const Waiter& waiter);
  VectorClock dependencies() const;
  Stamp next_stamp() const;
  std::string problem_of(const Value& body) const;
  bool has_seen_enough(const Message& request) const;
  void answer(const Message& request, Value::Map body);

  // broadcast.cpp
  void handle(NodeIndex from, const NewWrite& message);
  void receive(const SharedWrite& write);
  void show_again(const SharedWrite& write);
  bool is_next(const Write& write) const;
  bool is_deliverable(const Write& write) const;
  void deliver(const SharedWrite& write);
  void deliver_buffered();

  // anti_entropy.cpp
  void on_sync_timer();
  void send_digest(NodeIndex peer);
  void handle(NodeIndex from, const Digest& message);
  void handle(NodeIndex from, const Missing& message);
  MissingWrites missing_at(const VectorClock& clock) const;

  // persistence.cpp
  void write_out();
  void replace_file();
  void on_persisted(PersistId id);
  void announce(std::size_t safe_before);
  void show(std::size_t end);

  CausalConfig config_;
  BugSet bugs_;
  std::uint64_t steps_ = 0;
  NodeIndex self_ = 0;
  std::vector<NodeName> nodes_;
  std::map<NodeName, NodeIndex> peers_;

  WriteLog log_;
  Sequence own_ = 0;       // the number of the last own write
  VectorClock forgotten_;  // what new writes do not say that they come after; nothing
  std::map<std::pair<NodeIndex, Sequence>, SharedWrite> buffered_;

  // Beginnings of the log.
  std::size_t written_ = 0;  // handed to the disk
  std::size_t safe_ = 0;     // and done
  VectorClock safe_clock_;
  std::size_t shown_ = 0;
  VectorClock shown_clock_;
  Store store_;
  std::deque<Waiter> waiters_;

  PersistId last_write_ = 0;  // the last one handed to the disk
  bool is_writing_ = false;   // and not done

  // Exchanges. Rounds begin far apart in each life, so that an answer to an earlier one is known.
  std::int64_t round_ = 0;
  std::vector<std::int64_t> asked_;  // the last round with each peer
  std::size_t turn_ = 0;
  std::uint64_t exchanges_ = 0;
  Exchange last_exchange_;

  // Valid during a step only.
  NodeTime wall_{0};
  Effects* effects_ = nullptr;
};

}  // namespace faultrig::causal_kv
