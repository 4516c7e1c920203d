// The node contract: a member of a tested system as a deterministic state machine.
//
// step(clocks, input, effects): the driver (a real process in targets/host, a simulation in
// harness/sim) hands in one input at a time and performs the effects in order. The node has no
// clock but the one handed in, no randomness but what Start hands in, no thread, no file, no
// socket; the same inputs give the same effects. Messages may be lost, repeated, reordered and
// delayed without bound. Modelled on etcd raft's RawNode.
//
// Durability: `persist` hands bytes to the disk; they are safe only when the Persisted input with
// that id comes back (in order). A crash before it may lose them, or the tail of them. Nothing that
// promises durability may be sent earlier. A persist with `sync` off is never acknowledged and sits
// in a buffer that dies with the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/node/message.hpp"
#include "harness/random.hpp"

namespace faultrig {

using NodeName = std::string;               // "n1" ...
using NodeTime = std::chrono::nanoseconds;  // monotonic, of this node, epoch arbitrary
// What the clocks of a node show at a step. Only the monotonic one measures lengths of time; the
// wall clock is what people and time servers set, so it may jump, also backwards.
struct Clocks {
  NodeTime monotonic{};
  NodeTime wall{};
  Clocks(NodeTime both) : monotonic(both), wall(both) {}
  Clocks(NodeTime monotonic_time, NodeTime wall_time)
      : monotonic(monotonic_time), wall(wall_time) {}
};
using TimerId = std::uint32_t;
using PersistId = std::uint64_t;
using DiskImage = std::map<std::string, std::string>;  // file name -> bytes

struct Start {
  NodeName self;
  std::vector<NodeName> nodes;  // all members, self included, in one order for all
  DiskImage disk;               // what survived; empty at the first start
  Random random{0};
};
struct MessageReceived {
  Message message;
};
struct TimerFired {
  TimerId timer;
};
struct Persisted {
  PersistId id;
};
using Input = std::variant<Start, MessageReceived, TimerFired, Persisted>;

// One write to one of the node's own files (names without a slash).
struct DiskWrite {
  enum class Kind {
    append,   // add to the end; the file is made when it is missing; a crash may tear the tail
    replace,  // the whole file at once; a crash leaves the old or the new content, never a mix
  };
  PersistId id = 0;
  Kind kind = Kind::append;
  std::string file;
  std::string bytes;
  bool sync = true;
};

// What a node does, in order. Timers are one-shot; setting one that runs moves it.
struct SendEffect {
  Message message;
};
struct SetTimerEffect {
  TimerId timer;
  std::chrono::nanoseconds after;
};
struct CancelTimerEffect {
  TimerId timer;
};
struct TraceEffect {
  std::string event;  // "raft.become_leader"
  Value fields;       // a map
};
using Effect = std::variant<SendEffect, SetTimerEffect, CancelTimerEffect, DiskWrite, TraceEffect>;

class Effects {
 public:
  void send(Message message) { effects_.emplace_back(SendEffect{std::move(message)}); }
  void set_timer(TimerId timer, std::chrono::nanoseconds after) {
    effects_.emplace_back(SetTimerEffect{timer, after});
  }
  void cancel_timer(TimerId timer) { effects_.emplace_back(CancelTimerEffect{timer}); }
  void persist(DiskWrite write) { effects_.emplace_back(std::move(write)); }
  void trace(std::string event, Value::Map fields) {
    effects_.emplace_back(TraceEffect{std::move(event), Value(std::move(fields))});
  }
  const std::vector<Effect>& all() const { return effects_; }
  void clear() { effects_.clear(); }

 private:
  std::vector<Effect> effects_;
};

class Node {
 public:
  virtual ~Node() = default;
  // The first input is Start, and only the first. Never throws for what a message says: a message
  // that makes no sense is ignored or answered with an error body.
  virtual void step(const Clocks& clocks, const Input& input, Effects& effects) = 0;
  // One line of state for people: "leader term=3 commit=12".
  virtual std::string describe() const = 0;
  // A copy that goes on independently, for simulation.
  virtual std::unique_ptr<Node> clone() const = 0;
};

}  // namespace faultrig
