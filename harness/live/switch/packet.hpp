// What the switch must know of IPv4 (RFC 791), TCP (RFC 9293, 3.5.2 for resets) and ICMP (RFC 792,
// RFC 1122 3.2.2): where a packet goes, how to refuse it politely, and how to spoil it. Everything
// is a function of bytes; header checksums are computed in full each time, since only refusals need
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

struct Ipv4Header {
  std::size_t length;        // of the header, options included; 20 to 60
  std::size_t total_length;  // of the packet; at most the bytes given
  std::uint8_t protocol;
  std::uint16_t fragment_offset;  // in units of 8 bytes; 0 for whole packets and first fragments
  Ipv4 source;
  Ipv4 destination;
};

// Nothing when the bytes are not a whole IPv4 packet.
std::optional<Ipv4Header> parse_ipv4(std::span<const std::byte> packet);

// The Internet checksum (RFC 1071) of `bytes`, to which `initial` (a sum of 16-bit words) is added.
std::uint16_t internet_checksum(std::span<const std::byte> bytes, std::uint32_t initial = 0);

// The packet that tells the sender of `packet` that it is refused, in the name of its destination:
// a TCP reset, else ICMP "communication administratively prohibited". Nothing where an answer is
// forbidden: to a reset, an ICMP error or a later fragment.
std::optional<std::vector<std::byte>> refusal_of(std::span<const std::byte> packet);

// Flips one bit behind the IP header and leaves the checksum as it was, so that the receiver's
// kernel finds out. False when there is nothing behind the header.
bool flip_payload_bit(std::span<std::byte> packet, std::uint64_t bit);

}  // namespace faultrig::live
