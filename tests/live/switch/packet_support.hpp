// Packets made by hand, with checksums as a kernel would write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

using Bytes = std::vector<std::byte>;

// An IPv4 packet without options; `payload` is everything behind the header.
Bytes ip_packet(Ipv4 source, Ipv4 destination, std::uint8_t protocol, const Bytes& payload);
// UDP from port 1000 to 2000, without a UDP checksum.
Bytes udp_packet(Ipv4 source, Ipv4 destination, const std::string& text);
std::string udp_text(const Bytes& packet);

struct Segment {
  std::uint16_t source_port = 1000;
  std::uint16_t destination_port = 2000;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint8_t flags = 0;  // 1 FIN, 2 SYN, 4 RST, 16 ACK
  std::size_t data = 0;    // bytes of payload
};
Bytes tcp_packet(Ipv4 source, Ipv4 destination, const Segment& segment);
// Throws when the packet is not TCP or one of its checksums is wrong.
Segment read_tcp(const Bytes& packet);

std::uint32_t read_number(const Bytes& bytes, std::size_t at, std::size_t size);

}  // namespace faultrig::live
