// A distributed system in one thread and in virtual time: nodes by the contract of
// harness/node/node.hpp, a network, a disk and two clocks for each, and clients that ask.
//
// One queue of events in the order (time, scheduling) decides everything, and every chance comes
// from streams of one seed, so a seed is a run, bit for bit. The simulated world is a little harder
// than a real one where the node contract allows it: packets may overtake each other, what was in
// flight to a dead process reaches its next life, syncs take their time.
//
// Clients behave like those of harness/live over TCP: a connection is made first and ends with the
// process at its other end; nothing is ever sent twice. Cost: O(log events) an event and what the
// node's step costs.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/client.hpp"
#include "harness/cluster.hpp"
#include "harness/node/simulated_target.hpp"
#include "harness/sim/clock.hpp"
#include "harness/sim/disk.hpp"
#include "harness/sim/double_run.hpp"
#include "harness/sim/event_queue.hpp"
#include "harness/sim/network.hpp"
#include "harness/sim/node_contract.hpp"
#include "harness/sim/trace_digest.hpp"

namespace faultrig::sim {

struct SimulationSettings {
  std::uint64_t seed = 0;
  std::vector<NodeSettings> nodes;  // one a node, n1 first; at least one
  std::size_t clients = 1;          // workers; worker w sits on client machine w mod nodes
  Duration timeout = std::chrono::seconds(1);  // of a request
  NetworkTiming network;
  DiskTiming disk;
  // Trace lines to keep for Cluster::new_trace: one event's, or all of them when empty.
  std::string kept_trace_event;
  bool keeps_all_trace = false;
  RunTrace* recording = nullptr;  // every step and draw, for comparing two runs; borrowed
};

// A broken promise inside the target, when and where it was seen.
struct SeenViolation {
  Violation violation;
  Time at{};
  NodeName node;
  std::uint64_t step = 0;
};

// How a request ended.
struct ClientResult {
  WorkerId worker = 0;
  struct Failure {
    TransportFailure failure;
    std::string detail;
  };
  std::variant<Value, Failure> outcome;
};

class Simulation {
 public:
  // `target` is borrowed. Throws UsageError for settings that the target does not take.
  Simulation(const SimulatedTarget& target, SimulationSettings settings);

  Time now() const { return now_; }
  // Lets time pass until `limit`, or until an instant at which a request ended, whichever is first;
  // everything that happens at that instant has then happened.
  void advance(Time limit);
  // Nothing more will ever happen by itself.
  bool is_idle() const { return queue_.empty(); }
  // Tells the target's observer that the nodes have been left alone for long enough.
  void at_rest();

  // --- nodes, by number ---
  std::size_t size() const { return machines_.size(); }
  const std::vector<NodeName>& names() const { return names_; }
  std::optional<std::size_t> node_named(std::string_view name) const;
  void start(std::size_t node);
  bool kill(std::size_t node);  // false when it did not run
  PowerLoss power_off(std::size_t node);
  bool pause(std::size_t node);
  bool resume(std::size_t node);
  NodeStatus status(std::size_t node) const;
  void set_clock(std::size_t node, const ClockSetting& setting);
  std::chrono::nanoseconds clock_offset(std::size_t node) const {
    return machines_[node].clock.offset(now_);
  }
  Disk& disk(std::size_t node) { return machines_[node].disk; }

  // --- links, by endpoint: nodes first, then client machines ---
  const Network& network() const { return network_; }
  void set_rule(Endpoint from, Endpoint to, const LinkRule& rule);

  // --- clients ---
  // One request a worker at a time. `client` is its name in the message ("c7").
  void request(WorkerId worker, const std::string& client, std::size_t node, Value body);
  // Gives up what the worker has in flight and its connection.
  void disconnect(WorkerId worker);
  bool has_results() const { return !results_.empty(); }
  std::vector<ClientResult> take_results() { return std::exchange(results_, {}); }

  // --- what was seen ---
  std::vector<TraceEvent> take_trace() { return std::exchange(trace_, {}); }
  const std::vector<SeenViolation>& violations() const { return violations_; }
  // Empty when the nodes that run agree, or when the target promises nothing of the kind.
  std::string disagreement() const {
    return observer_ == nullptr ? "" : observer_->disagreement(states_);
  }
  std::uint64_t steps() const { return steps_; }
  std::uint64_t events() const { return events_; }
  const TraceDigest& digest() const { return digest_; }

 private:
  struct Timer {
    std::uint64_t setting = 0;  // a queued event of another setting is void
    bool is_set = false;
    NodeTime due{};     // on the node's monotonic clock
    Time queued_for{};  // when its queued event comes
  };
  struct Machine {
    Machine(NodeName node_name, Clock node_clock, Disk node_disk)
        : name(node_name), clock(node_clock), disk(std::move(node_disk)), contract(node_name) {}
    NodeName name;
    std::unique_ptr<Node> node;  // null while it is down
    Effects effects;             // of the step in progress; empty between two
    Clock clock;
    Disk disk;
    NodeContract contract;
    NodeState state = NodeState::stopped;
    bool has_power = true;  // a machine without says nothing at all
    std::string how;        // it ended by itself
    std::uint32_t life = 0;
    std::vector<Timer> timers;     // by id
    std::vector<Scheduled> held;   // came while it was paused
    std::int64_t trace_lines = 0;  // in this life
  };
  enum class PacketKind : std::uint8_t {
    peer,       // node to node
    connect,    // client to node
    connected,  // node to client ...
    refused,
    request,
    reply,
    closed,  // the process at the other end is gone
  };
  struct Packet {
    PacketKind kind = PacketKind::peer;
    bool is_copy = false;
    bool is_in = false;  // let in already: it waits for a paused process
    Endpoint from = 0;
    Endpoint to = 0;
    WorkerId worker = 0;     // of client packets
    std::uint32_t life = 0;  // of the node, as the client knows it
    std::uint64_t request = 0;
    Message message;
  };
  struct Client {
    Endpoint machine = 0;
    std::uint64_t request = 0;  // number of the one in flight, or of the last one
    bool in_flight = false;
    bool sent = false;
    std::int64_t msg_id = 0;
    std::size_t node = 0;  // asked, or connected with
    Message message;
    bool is_connected = false;
    std::uint32_t life = 0;  // of the node it is connected with
  };

  // simulation.cpp
  void dispatch(const Scheduled& event);
  void on_timer(const Scheduled& event);
  void step(std::size_t node, const Input& input);
  void perform(std::size_t node, const Effect& effect);
  void keep_trace(Machine& machine, const std::string& event, const Value& fields);
  void set_timer(std::size_t node, TimerId id, std::chrono::nanoseconds after);
  void queue_timer(std::size_t node, TimerId id);
  void end_process(std::size_t node);
  void die(std::size_t node, std::string how);
  void note_violations(std::size_t node);
  void breach(std::size_t node, const std::string& what);

  // packets.cpp
  void transmit(Packet packet);
  PacketSlot store(Packet packet);
  void on_packet(const Scheduled& event);
  void at_node(Packet& packet);
  void at_client(Packet& packet);
  void send_from_node(std::size_t node, const SendEffect& send);
  void tell_clients_closed(std::size_t node);
  void send_request(Client& client, WorkerId worker);
  void finish(WorkerId worker, std::variant<Value, ClientResult::Failure> outcome);
  void fail(WorkerId worker, TransportFailure failure, const char* detail);
  void on_deadline(const Scheduled& event);
  std::optional<WorkerId> worker_named(std::string_view client) const;

  const SimulatedTarget& target_;
  SimulationSettings settings_;
  Random random_;
  std::vector<NodeName> names_;
  std::vector<Machine> machines_;
  std::vector<const Node*> states_;  // for the observer: nullptr while down
  std::unique_ptr<ClusterObserver> observer_;
  Network network_;
  EventQueue queue_;
  std::vector<Packet> packets_;
  std::vector<PacketSlot> free_slots_;
  std::vector<Client> clients_;
  std::vector<ClientResult> results_;
  std::vector<TraceEvent> trace_;
  std::vector<SeenViolation> violations_;
  std::size_t known_violations_ = 0;  // of the observer's
  TraceDigest digest_;
  Time now_{};
  std::uint64_t steps_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace faultrig::sim
