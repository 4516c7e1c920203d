// A message between dynamo nodes as the body that a simulation hands on as it is; on a wire it
// is the JSON of messages.hpp. Made once and shared by all receivers of equal messages.
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/message.hpp"
#include "targets/dynamo/messages.hpp"

namespace faultrig::dynamo {

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

}  // namespace faultrig::dynamo
