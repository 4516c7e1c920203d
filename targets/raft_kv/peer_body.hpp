// A message between raft_kv nodes as the body that a simulation hands on as it is; on a wire it is
// the JSON of messages.hpp. Made once and shared by all receivers of equal messages. The digest is
// made with it: hashes of the numbers and of the digests that entries carry.
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/message.hpp"
#include "targets/raft_kv/messages.hpp"

namespace faultrig::raft_kv {

class PeerBody final : public NativeBody {
 public:
  explicit PeerBody(PeerMessage message);
  const PeerMessage& message() const { return message_; }
  Value to_value() const override { return to_body(message_); }
  std::uint64_t digest() const override { return digest_; }

 private:
  PeerMessage message_;
  std::uint64_t digest_;
};

using SharedPeerBody = std::shared_ptr<const PeerBody>;

}  // namespace faultrig::raft_kv
