// A message between bank_2pc nodes as the body that a simulation hands on as it is; on a wire it is
// the JSON of messages.hpp. The digest is made of every field, equal on every machine.
#pragma once

#include <cstdint>
#include <memory>

#include "harness/node/message.hpp"
#include "targets/bank_2pc/messages.hpp"

namespace faultrig::bank_2pc {

class PeerBody final : public NativeBody {
 public:
  explicit PeerBody(PeerMessage message) : message_(std::move(message)) {}
  const PeerMessage& message() const { return message_; }
  Value to_value() const override { return to_body(message_); }
  std::uint64_t digest() const override;

 private:
  PeerMessage message_;
};

}  // namespace faultrig::bank_2pc
