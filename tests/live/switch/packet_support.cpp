#include "tests/live/switch/packet_support.hpp"

#include <stdexcept>

namespace faultrig::live {
namespace {

void write_number(Bytes& bytes, std::size_t at, std::size_t size, std::uint32_t value) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[at + size - 1 - i] = static_cast<std::byte>(value & 0xff);
    value >>= 8;
  }
}

// The checksum written the slow way, apart from the code under test: ones' complement addition bit
// by carry, over 16-bit words.
std::uint16_t slow_checksum(const Bytes& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto value = std::to_integer<std::uint32_t>(bytes[i]);
    sum += i % 2 == 0 ? value << 8 : value;
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<std::uint16_t>(0xffff - sum);
}

Bytes with_pseudo_header(const Bytes& packet) {
  Bytes sum(packet.begin() + 12, packet.begin() + 20);
  sum.resize(12);
  write_number(sum, 9, 1, read_number(packet, 9, 1));
  write_number(sum, 10, 2, static_cast<std::uint32_t>(packet.size() - 20));
  sum.insert(sum.end(), packet.begin() + 20, packet.end());
  return sum;
}

}  // namespace

std::uint32_t read_number(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at + i));
  }
  return value;
}

Bytes ip_packet(Ipv4 source, Ipv4 destination, std::uint8_t protocol, const Bytes& payload) {
  Bytes header(20);
  write_number(header, 0, 1, 0x45);
  write_number(header, 2, 2, static_cast<std::uint32_t>(20 + payload.size()));
  write_number(header, 8, 1, 64);
  write_number(header, 9, 1, protocol);
  write_number(header, 12, 4, source);
  write_number(header, 16, 4, destination);
  write_number(header, 10, 2, slow_checksum(header));
  header.insert(header.end(), payload.begin(), payload.end());
  return header;
}

Bytes udp_packet(Ipv4 source, Ipv4 destination, const std::string& text) {
  Bytes datagram(8);
  write_number(datagram, 0, 2, 1000);
  write_number(datagram, 2, 2, 2000);
  write_number(datagram, 4, 2, static_cast<std::uint32_t>(8 + text.size()));
  for (const char c : text) datagram.push_back(static_cast<std::byte>(c));
  return ip_packet(source, destination, 17, datagram);
}

std::string udp_text(const Bytes& packet) {
  std::string text;
  for (std::size_t i = 28; i < packet.size(); ++i) text += static_cast<char>(packet[i]);
  return text;
}

Bytes tcp_packet(Ipv4 source, Ipv4 destination, const Segment& segment) {
  Bytes bytes(20 + segment.data);
  write_number(bytes, 0, 2, segment.source_port);
  write_number(bytes, 2, 2, segment.destination_port);
  write_number(bytes, 4, 4, segment.sequence);
  write_number(bytes, 8, 4, segment.acknowledged);
  write_number(bytes, 12, 1, 5 << 4);
  write_number(bytes, 13, 1, segment.flags);
  Bytes packet = ip_packet(source, destination, 6, bytes);
  write_number(packet, 36, 2, slow_checksum(with_pseudo_header(packet)));
  return packet;
}

Segment read_tcp(const Bytes& packet) {
  if (packet.size() < 40 || read_number(packet, 9, 1) != 6) throw std::runtime_error("not TCP");
  if (slow_checksum(Bytes(packet.begin(), packet.begin() + 20)) != 0) {
    throw std::runtime_error("wrong IP checksum");
  }
  if (slow_checksum(with_pseudo_header(packet)) != 0) throw std::runtime_error("wrong checksum");
  Segment segment;
  segment.source_port = static_cast<std::uint16_t>(read_number(packet, 20, 2));
  segment.destination_port = static_cast<std::uint16_t>(read_number(packet, 22, 2));
  segment.sequence = read_number(packet, 24, 4);
  segment.acknowledged = read_number(packet, 28, 4);
  segment.flags = static_cast<std::uint8_t>(read_number(packet, 33, 1));
  segment.data = packet.size() - 40;
  return segment;
}

}  // namespace faultrig::live
