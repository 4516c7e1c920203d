// A message between raft_kv nodes as a simulation hands it on (harness/node/peer_body.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/peer_body.hpp"
#include "targets/raft_kv/messages.hpp"

namespace faultrig::raft_kv {

// Hashes of the numbers and of the digests that entries carry.
std::uint64_t digest_of(const PeerMessage& message);

using PeerBody = PeerBodyOf<PeerMessage>;
using SharedPeerBody = std::shared_ptr<const PeerBody>;

}  // namespace faultrig::raft_kv
