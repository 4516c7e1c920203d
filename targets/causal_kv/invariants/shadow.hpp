// What the watches know of a cluster without believing its nodes: which writes there are, what each
// really came after, and what each node has in its log. Made from the logs as they grow; clocks and
// dependencies that nodes state are only compared with it.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/node/findings.hpp"
#include "targets/causal_kv/causal_node.hpp"

namespace faultrig::causal_kv {

// A write as its origin took it into its log.
struct KnownWrite {
  SharedWrite write;          // nullptr: a number that was left out
  VectorClock after;          // what the origin had
  bool is_elsewhere = false;  // another node has it
};

// A node after its last step. What it had in a life that ended stays until it starts again.
struct Seen {
  std::vector<SharedWrite> log;
  VectorClock clock;          // of that log, counted here
  Stamp latest_stamp = 0;     // in that log
  std::size_t shown = 0;      // as it said
  VectorClock shown_clock;    // of the shown part of the log
  Store store;                // what the shown part gives by the conflict rule
  Sequence acknowledged = 0;  // its last own write that a client was told is safe
  std::uint64_t exchanges = 0;
};

// One step of one node: what it was, what it is.
struct Step {
  const CausalNode& node;
  Seen& seen;
  bool is_start = false;  // the first step of a life
};

class Shadow {
 public:
  void resize(std::size_t nodes);
  Seen& seen(NodeIndex node) { return seen_[node]; }
  const Seen& seen(NodeIndex node) const { return seen_[node]; }

  // nullptr when no node has made it.
  KnownWrite* find(NodeIndex origin, Sequence sequence);
  Sequence count(NodeIndex origin) const { return static_cast<Sequence>(writes_[origin].size()); }
  // The origin has taken it; numbers between it and the last one were left out.
  void add(const SharedWrite& write, VectorClock after);
  // The origin has lost its own writes from this one on. Those that nobody else has never were.
  void forget_from(NodeIndex origin, Sequence first);

 private:
  std::vector<Seen> seen_;                       // by node
  std::vector<std::vector<KnownWrite>> writes_;  // by origin and number
};

}  // namespace faultrig::causal_kv
