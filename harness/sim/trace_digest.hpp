// One number for a whole simulated run, folded over (time, node, effect): two runs with one digest
// did the same things in the same order. A digest, not a proof: 64 bits, not cryptographic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/node/node.hpp"

namespace faultrig::sim {

class TraceDigest {
 public:
  void fold(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15ULL;
    state_ ^= state_ >> 29;
  }
  void fold(std::string_view bytes);
  void fold(const Value& value);
  void fold(const Message& message);
  void fold(const Effect& effect);
  std::uint64_t value() const { return state_; }
  // Sixteen hexadecimal digits.
  std::string text() const;

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace faultrig::sim
