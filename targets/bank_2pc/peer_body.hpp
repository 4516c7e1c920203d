// A message between bank_2pc nodes as a simulation hands it on (harness/node/peer_body.hpp).
#pragma once

#include <cstdint>

#include "harness/node/peer_body.hpp"
#include "targets/bank_2pc/messages.hpp"

namespace faultrig::bank_2pc {

std::uint64_t digest_of(const PeerMessage& message);

using PeerBody = PeerBodyOf<PeerMessage>;

}  // namespace faultrig::bank_2pc
