// A message between causal_kv nodes as a simulation hands it on (harness/node/peer_body.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/peer_body.hpp"
#include "targets/causal_kv/messages.hpp"

namespace faultrig::causal_kv {

std::uint64_t digest_of(const PeerMessage& message);

using PeerBody = PeerBodyOf<PeerMessage>;
using SharedPeerBody = std::shared_ptr<const PeerBody>;

}  // namespace faultrig::causal_kv
