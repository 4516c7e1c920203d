#include "harness/live/switch/packet.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/live/switch/packet_support.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 a = 0x0a4d0101, b = 0x0a4d0102;
constexpr std::uint8_t fin = 1, syn = 2, reset = 4, ack = 16;

TEST(ParseIpv4, reads_what_the_switch_needs) {
  const Bytes packet = udp_packet(a, b, "hello");
  const auto header = parse_ipv4(packet);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->length, 20u);
  EXPECT_EQ(header->total_length, packet.size());
  EXPECT_EQ(header->protocol, 17);
  EXPECT_EQ(header->source, a);
  EXPECT_EQ(header->destination, b);
  EXPECT_EQ(header->fragment_offset, 0);
}

TEST(ParseIpv4, refuses_what_is_not_whole_ipv4) {
  Bytes packet = udp_packet(a, b, "hello");
  for (std::size_t size = 0; size < packet.size(); ++size) {
    EXPECT_FALSE(parse_ipv4(std::span(packet).first(size))) << size;
  }
  Bytes version6 = packet;
  version6[0] = std::byte{0x65};
  EXPECT_FALSE(parse_ipv4(version6));
  Bytes short_header = packet;
  short_header[0] = std::byte{0x44};
  EXPECT_FALSE(parse_ipv4(short_header));
  Bytes header_longer_than_packet = packet;
  header_longer_than_packet[0] = std::byte{0x4f};
  EXPECT_FALSE(parse_ipv4(header_longer_than_packet));
}

TEST(RefusalOf, answers_a_syn_as_a_closed_port_does) {
  const auto answer =
      refusal_of(tcp_packet(a, b, {.sequence = 0xfffffffe, .flags = syn, .data = 3}));
  ASSERT_TRUE(answer);
  const auto header = parse_ipv4(*answer);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source, b);
  EXPECT_EQ(header->destination, a);
  const Segment segment = read_tcp(*answer);  // checks both checksums
  EXPECT_EQ(segment.source_port, 2000);
  EXPECT_EQ(segment.destination_port, 1000);
  EXPECT_EQ(segment.flags, reset | ack);
  EXPECT_EQ(segment.sequence, 0u);
  EXPECT_EQ(segment.acknowledged, 2u);  // wraps: SYN and three bytes
}

TEST(RefusalOf, resets_a_connection_where_its_sender_expects_it) {
  const auto answer = refusal_of(
      tcp_packet(a, b, {.sequence = 5, .acknowledged = 77, .flags = ack | fin, .data = 1}));
  ASSERT_TRUE(answer);
  const Segment segment = read_tcp(*answer);
  EXPECT_EQ(segment.flags, reset);
  EXPECT_EQ(segment.sequence, 77u);
}

TEST(RefusalOf, tells_other_protocols_by_icmp) {
  const Bytes packet = udp_packet(a, b, "hello, this is longer than eight bytes");
  const auto answer = refusal_of(packet);
  ASSERT_TRUE(answer);
  const auto header = parse_ipv4(*answer);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->protocol, 1);
  EXPECT_EQ(header->destination, a);
  EXPECT_EQ(read_number(*answer, 20, 2), 0x030du);  // unreachable, prohibited
  EXPECT_EQ(internet_checksum(std::span(*answer).subspan(20)), 0);
  const Bytes quoted(answer->begin() + 28, answer->end());
  EXPECT_EQ(quoted, Bytes(packet.begin(), packet.begin() + 28));
}

TEST(RefusalOf, never_answers_an_answer) {
  EXPECT_FALSE(refusal_of(tcp_packet(a, b, {.flags = reset})));
  const auto refusal = refusal_of(udp_packet(a, b, "x"));
  ASSERT_TRUE(refusal);
  EXPECT_FALSE(refusal_of(*refusal)) << "an ICMP error was answered";
  Bytes later_fragment = udp_packet(a, b, "x");
  later_fragment[7] = std::byte{1};
  EXPECT_FALSE(refusal_of(later_fragment));
  EXPECT_FALSE(refusal_of(ip_packet(a, b, 6, Bytes(8)))) << "half a TCP header was answered";
}

TEST(RefusalOf, answers_a_ping) {
  Bytes echo(8);
  echo[0] = std::byte{8};
  EXPECT_TRUE(refusal_of(ip_packet(a, b, 1, echo)));
}

TEST(FlipPayloadBit, changes_exactly_one_bit_behind_the_header) {
  const Bytes before = udp_packet(a, b, "hello");
  const std::uint64_t bits = (before.size() - 20) * 8;
  for (std::uint64_t bit = 0; bit < 2 * bits; ++bit) {
    Bytes packet = before;
    ASSERT_TRUE(flip_payload_bit(packet, bit));
    int changed = 0;
    for (std::size_t i = 0; i < packet.size(); ++i) {
      const int here = std::popcount(std::to_integer<unsigned>(packet[i] ^ before[i]));
      EXPECT_TRUE(i >= 20 || here == 0);
      changed += here;
    }
    EXPECT_EQ(changed, 1);
  }
}

TEST(FlipPayloadBit, leaves_a_bare_header_alone) {
  Bytes bare = ip_packet(a, b, 17, {});
  EXPECT_FALSE(flip_payload_bit(bare, 3));
  EXPECT_EQ(bare, ip_packet(a, b, 17, {}));
}

}  // namespace
}  // namespace faultrig::live
