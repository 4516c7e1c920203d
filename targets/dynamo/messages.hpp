// What dynamo nodes say to each other, typed, and its way to message bodies and back. Reading is
// total: a body that is not exactly right gives nothing, and is ignored by the node.
//
// Requests carry an id of the sender's life, and answers repeat it. Comparing trees is a game of
// two that needs no memory: each message holds all that its answer depends on.
#pragma once

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "targets/dynamo/members.hpp"
#include "targets/dynamo/versions.hpp"

namespace faultrig::dynamo {

// A coordinator asks for what the receiver has of the key, hints included.
struct Fetch {
  std::int64_t id = 0;
  Value key;
};
struct Fetched {
  std::int64_t id = 0;
  Versions versions;
  Stamp clock = 0;  // no stamp that the sender ever had is above it
};
// To be merged into the entry of the key, or kept as a hint for its owner.
struct Store {
  std::int64_t id = 0;
  Value key;
  Versions versions;
  std::optional<NodeIndex> owner;  // the hint's
};
struct Stored {  // and safe
  std::int64_t id = 0;
};
// Hashes of some tree nodes of one level; the answer holds those of the children of the ones that
// differ, or the entries of the leaves.
struct TreeHashes {
  std::size_t level = 0;
  std::vector<std::pair<std::size_t, std::uint64_t>> hashes;  // (place, hash)
};
// The entries of some leaves; the answer holds those in which the receiver has something else.
struct LeafEntries {
  std::vector<std::size_t> leaves;  // empty in an answer, which is not answered
  std::vector<std::pair<Value, Versions>> entries;
};
// Does the receiver have this tombstone, or nothing that it deletes?
struct Entomb {
  std::int64_t id = 0;
  Value key;
  Versions tombstone;
};
struct Entombed {
  std::int64_t id = 0;
};
// Nobody has anything that it deletes: it may be forgotten.
struct Collected {
  Value key;
  Versions tombstone;
};
struct MembersAre {
  Members members;
};

using PeerMessage = std::variant<Fetch, Fetched, Store, Stored, TreeHashes, LeafEntries, Entomb,
                                 Entombed, Collected, MembersAre>;

Value to_body(const PeerMessage& message);
// Nothing when the body is not one of the above in every field, in a cluster of so many nodes.
std::optional<PeerMessage> peer_message(const Value& body, std::size_t nodes);

}  // namespace faultrig::dynamo
