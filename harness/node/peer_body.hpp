// A message between nodes of one target as the body that a simulation hands on as it is; on a wire
// it is the JSON that to_body makes of it. Made once and shared by all receivers of equal messages;
// its digest is made with it.
#pragma once

#include <cstdint>
#include <utility>

#include "harness/node/message.hpp"

namespace faultrig {

// PeerMessage has, beside it in its namespace, `Value to_body(const PeerMessage&)` and
// `std::uint64_t digest_of(const PeerMessage&)`: of every field, and equal on every machine.
template <typename PeerMessage>
class PeerBodyOf final : public NativeBody {
 public:
  explicit PeerBodyOf(PeerMessage message)
      : message_(std::move(message)), digest_(digest_of(message_)) {}
  const PeerMessage& message() const { return message_; }
  Value to_value() const override { return to_body(message_); }
  std::uint64_t digest() const override { return digest_; }

 private:
  PeerMessage message_;
  std::uint64_t digest_;
};

}  // namespace faultrig
