#include "harness/live/switch/packet.hpp"

#include <netinet/in.h>

#include <algorithm>

namespace faultrig::live {
namespace {

constexpr std::size_t smallest_ip_header = 20;
constexpr std::size_t smallest_tcp_header = 20;
constexpr std::size_t icmp_header = 8;
constexpr std::uint8_t time_to_live = 64;

std::uint8_t get8(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}
std::uint16_t get16(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint16_t>((get8(bytes, at) << 8) | get8(bytes, at + 1));
}
std::uint32_t get32(std::span<const std::byte> bytes, std::size_t at) {
  return (std::uint32_t{get16(bytes, at)} << 16) | get16(bytes, at + 2);
}
void put8(std::span<std::byte> bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = std::byte{value};
}
void put16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value) {
  put8(bytes, at, static_cast<std::uint8_t>(value >> 8));
  put8(bytes, at + 1, static_cast<std::uint8_t>(value));
}
void put32(std::span<std::byte> bytes, std::size_t at, std::uint32_t value) {
  put16(bytes, at, static_cast<std::uint16_t>(value >> 16));
  put16(bytes, at + 2, static_cast<std::uint16_t>(value));
}

// An IP packet with `payload` bytes of zero, from the destination of `header` back to its source.
std::vector<std::byte> answer_to(const Ipv4Header& header, std::uint8_t protocol,
                                 std::size_t payload) {
  std::vector<std::byte> answer(smallest_ip_header + payload);
  put8(answer, 0, 0x45);
  put16(answer, 2, static_cast<std::uint16_t>(answer.size()));
  put16(answer, 6, 0x4000);  // do not fragment
  put8(answer, 8, time_to_live);
  put8(answer, 9, protocol);
  put32(answer, 12, header.destination);
  put32(answer, 16, header.source);
  put16(answer, 10, internet_checksum(std::span(answer).first(smallest_ip_header)));
  return answer;
}

namespace tcp_flag {
constexpr std::uint8_t fin = 1, syn = 2, reset = 4, acknowledge = 16;
}

std::optional<std::vector<std::byte>> tcp_reset_for(const Ipv4Header& header,
                                                    std::span<const std::byte> segment) {
  if (segment.size() < smallest_tcp_header) return std::nullopt;
  const std::uint8_t flags = get8(segment, 13);
  if ((flags & tcp_flag::reset) != 0) return std::nullopt;
  auto answer = answer_to(header, IPPROTO_TCP, smallest_tcp_header);
  const auto reset = std::span(answer).subspan(smallest_ip_header);
  put16(reset, 0, get16(segment, 2));
  put16(reset, 2, get16(segment, 0));
  put8(reset, 12, (smallest_tcp_header / 4) << 4);
  if ((flags & tcp_flag::acknowledge) != 0) {
    put32(reset, 4, get32(segment, 8));
    put8(reset, 13, tcp_flag::reset);
  } else {
    const std::size_t data_at = std::min<std::size_t>((get8(segment, 12) >> 4) * 4, segment.size());
    std::uint32_t length = static_cast<std::uint32_t>(segment.size() - data_at);
    if ((flags & tcp_flag::syn) != 0) ++length;
    if ((flags & tcp_flag::fin) != 0) ++length;
    put32(reset, 8, get32(segment, 4) + length);
    put8(reset, 13, tcp_flag::reset | tcp_flag::acknowledge);
  }
  // The pseudo header: both addresses, the protocol and the length.
  const std::uint32_t pseudo = (header.source >> 16) + (header.source & 0xffff) +
                               (header.destination >> 16) + (header.destination & 0xffff) +
                               IPPROTO_TCP + static_cast<std::uint32_t>(smallest_tcp_header);
  put16(reset, 16, internet_checksum(reset, pseudo));
  return answer;
}

bool is_icmp_query(std::span<const std::byte> message) {
  if (message.empty()) return false;
  const std::uint8_t type = get8(message, 0);
  return type == 0 || type == 8 || type == 13 || type == 14;  // echo and time stamp, both ways
}

std::vector<std::byte> icmp_prohibited_for(const Ipv4Header& header,
                                           std::span<const std::byte> packet) {
  // RFC 792: the header and the first 8 bytes behind it let the sender find its socket.
  const std::size_t quoted = std::min(packet.size(), header.length + 8);
  auto answer = answer_to(header, IPPROTO_ICMP, icmp_header + quoted);
  const auto message = std::span(answer).subspan(smallest_ip_header);
  put8(message, 0, 3);   // destination unreachable
  put8(message, 1, 13);  // communication administratively prohibited
  std::copy_n(packet.begin(), quoted, message.begin() + icmp_header);
  put16(message, 2, internet_checksum(message));
  return answer;
}

}  // namespace

std::optional<Ipv4Header> parse_ipv4(std::span<const std::byte> packet) {
  if (packet.size() < smallest_ip_header || (get8(packet, 0) >> 4) != 4) return std::nullopt;
  Ipv4Header header{};
  header.length = std::size_t{get8(packet, 0) & 0x0fu} * 4;
  header.total_length = get16(packet, 2);
  if (header.length < smallest_ip_header || header.total_length < header.length ||
      header.total_length > packet.size()) {
    return std::nullopt;
  }
  header.protocol = get8(packet, 9);
  header.fragment_offset = get16(packet, 6) & 0x1fff;
  header.source = get32(packet, 12);
  header.destination = get32(packet, 16);
  return header;
}

std::uint16_t internet_checksum(std::span<const std::byte> bytes, std::uint32_t initial) {
  std::uint64_t sum = initial;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += get16(bytes, i);
  if (bytes.size() % 2 == 1) sum += std::uint32_t{get8(bytes, bytes.size() - 1)} << 8;
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::optional<std::vector<std::byte>> refusal_of(std::span<const std::byte> packet) {
  const auto header = parse_ipv4(packet);
  if (!header || header->fragment_offset != 0) return std::nullopt;
  const auto whole = packet.first(header->total_length);
  const auto payload = whole.subspan(header->length);
  if (header->protocol == IPPROTO_TCP) return tcp_reset_for(*header, payload);
  if (header->protocol == IPPROTO_ICMP && !is_icmp_query(payload)) return std::nullopt;
  return icmp_prohibited_for(*header, whole);
}

bool flip_payload_bit(std::span<std::byte> packet, std::uint64_t bit) {
  const auto header = parse_ipv4(packet);
  if (!header || header->total_length == header->length) return false;
  const std::size_t bits = (header->total_length - header->length) * 8;
  const std::size_t chosen = static_cast<std::size_t>(bit % bits);
  packet[header->length + chosen / 8] ^= std::byte{1} << (chosen % 8);
  return true;
}

}  // namespace faultrig::live
