// A message between dynamo nodes as a simulation hands it on (harness/node/peer_body.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/peer_body.hpp"
#include "targets/dynamo/messages.hpp"

namespace faultrig::dynamo {

std::uint64_t digest_of(const PeerMessage& message);

using PeerBody = PeerBodyOf<PeerMessage>;
using SharedPeerBody = std::shared_ptr<const PeerBody>;

}  // namespace faultrig::dynamo
