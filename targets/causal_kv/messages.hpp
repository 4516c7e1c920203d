// What causal_kv nodes say to each other, typed, and its way to message bodies and back. Reading is
// total: a body that is not exactly right gives nothing, and is ignored by the node.
//
// An exchange (anti-entropy, Demers et al., "Epidemic Algorithms for Replicated Database
// Maintenance", 1987: push and pull): Digest goes out, Missing comes back, and a Missing that
// nobody asked for follows where the peer's clock shows that it lacks something as well.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "targets/causal_kv/write.hpp"

namespace faultrig::causal_kv {

// A write of the sender's own, at once to everybody.
struct NewWrite {
  SharedWrite write;
};
// What the sender has; the answer is what it lacks.
struct Digest {
  VectorClock clock;
  std::int64_t round = 0;  // of the sender with this peer, from 1
};
struct Missing {
  std::int64_t round = 0;  // of the digest that it answers; 0: it answers none
  VectorClock clock;       // what the sender has safe
  bool more = false;       // the receiver lacks others, which did not fit
  std::vector<SharedWrite> writes;
};

using PeerMessage = std::variant<NewWrite, Digest, Missing>;

Value to_body(const PeerMessage& message);
// Nothing when the body is not one of the above in every field, in a cluster of so many nodes.
std::optional<PeerMessage> peer_message(const Value& body, std::size_t nodes);

}  // namespace faultrig::causal_kv
