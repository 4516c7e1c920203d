#include "harness/live/switch/forwarding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/errors.hpp"
#include "tests/live/switch/packet_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seed = 42;

Ipv4 address_of(PortId port) { return 0x0a4d0101 + port; }

class Collector : public PacketOutput {
 public:
  bool deliver(PortId to, std::span<const std::byte> packet) override {
    if (full.contains(to) && full[to]) return false;
    packets.emplace_back(to, Bytes(packet.begin(), packet.end()));
    return true;
  }
  bool watches() const override { return watching; }
  void see(const Sighting& sighting) override {
    seen.push_back(std::to_string(sighting.machine) + (sighting.sent ? " sent " : " got ") +
                   sighting.comment);
  }
  // Texts of the UDP packets delivered since the last call.
  std::vector<std::string> take() {
    std::vector<std::string> texts;
    for (const auto& [to, packet] : packets) texts.push_back(udp_text(packet));
    packets.clear();
    return texts;
  }

  std::vector<std::pair<PortId, Bytes>> packets;
  std::map<PortId, bool> full;
  bool watching = false;
  std::vector<std::string> seen;
};

// Three machines; packets go from 0 to 1 unless said otherwise.
class ForwardingTest : public testing::Test {
 protected:
  ForwardingTest() {
    for (PortId i = 0; i < 3; ++i) forwarding.add_port("n" + std::to_string(i), address_of(i));
  }
  void send(const std::string& text, Instant now, PortId from = 0, PortId to = 1) {
    Bytes packet = udp_packet(address_of(from), address_of(to), text);
    forwarding.accept(from, packet, now);
  }
  void set(const LinkRule& rule, Instant now = 0s) { forwarding.set_rule(0, 1, rule, now); }
  const LinkCounters& counters(PortId from = 0, PortId to = 1) const {
    return forwarding.counters(from, to);
  }
  void expect_balanced() const {
    const LinkCounters& c = counters();
    EXPECT_EQ(c.entered, c.forwarded + c.dropped_by_cut + c.rejected + c.lost + c.dropped_by_queue +
                             c.waiting);
  }
  using Texts = std::vector<std::string>;

  Collector out;
  Forwarding forwarding{seed, out};
};

TEST_F(ForwardingTest, a_clear_link_passes_packets_at_once_and_unchanged) {
  send("one", 0s);
  send("two", 0s, 2, 1);
  ASSERT_EQ(out.packets.size(), 2u);
  EXPECT_EQ(out.packets[0], std::pair(PortId{1}, udp_packet(address_of(0), address_of(1), "one")));
  EXPECT_EQ(counters().forwarded, 1u);
  EXPECT_EQ(counters().bytes, 31u);
  EXPECT_EQ(counters(2, 1).forwarded, 1u);
  EXPECT_EQ(counters().touched(), 0u);
}

TEST_F(ForwardingTest, what_nobody_should_get_is_dropped) {
  Bytes elsewhere = udp_packet(address_of(0), 0x0a4dffff, "broadcast");
  forwarding.accept(0, elsewhere, 0s);
  Bytes version6(40);
  version6[0] = std::byte{0x60};
  forwarding.accept(0, version6, 0s);
  EXPECT_TRUE(out.packets.empty());
}

TEST_F(ForwardingTest, two_machines_cannot_have_one_address) {
  EXPECT_THROW(forwarding.add_port("twin", address_of(1)), EnvironmentError);
}

TEST_F(ForwardingTest, a_cut_drops_one_direction_of_one_link_only) {
  set({.block = LinkRule::Block::drop});
  send("lost", 1s);
  send("back", 1s, 1, 0);
  send("aside", 1s, 0, 2);
  EXPECT_EQ(out.take(), (Texts{"back", "aside"}));
  EXPECT_EQ(counters().dropped_by_cut, 1u);
  expect_balanced();
}

TEST_F(ForwardingTest, a_delayed_packet_leaves_exactly_when_due) {
  set({.delay = 10ms});
  send("late", 1s);
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(1010ms));
  EXPECT_EQ(counters().waiting, 1u);
  EXPECT_EQ(counters().delayed, 1u);
  forwarding.release_due(1010ms - 1ns);
  EXPECT_TRUE(out.packets.empty());
  forwarding.release_due(1010ms);
  EXPECT_EQ(out.take(), Texts{"late"});
  EXPECT_EQ(forwarding.next_due(), std::nullopt);
  EXPECT_EQ(counters().waiting, 0u);
  expect_balanced();
}

TEST_F(ForwardingTest, a_cut_loses_what_is_on_the_wire_of_that_link) {
  set({.delay = 10ms});
  forwarding.set_rule(0, 2, {.delay = 10ms}, 0s);
  send("on the wire", 1s);
  send("elsewhere", 1s, 0, 2);
  set({.block = LinkRule::Block::drop}, 1001ms);
  forwarding.heal(1002ms);
  forwarding.release_due(5s);
  EXPECT_EQ(out.take(), Texts{"elsewhere"});
  EXPECT_EQ(counters().dropped_by_cut, 1u);
  EXPECT_EQ(counters().waiting, 0u);
  expect_balanced();
}

TEST_F(ForwardingTest, healing_empties_the_wire_at_once_and_in_order) {
  set({.delay = 10s});
  for (const char* text : {"1", "2", "3"}) send(text, 1s);
  forwarding.heal(2s);
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(2s));
  send("4", 2s);
  EXPECT_EQ(out.take(), (Texts{"1", "2", "3", "4"}));
  expect_balanced();
}

TEST_F(ForwardingTest, a_shorter_delay_holds_nothing_longer_than_itself_and_keeps_order) {
  set({.delay = 10s});
  send("1", 0s);
  send("2", 1ms);
  set({.delay = 5ms}, 1s);
  send("3", 1s);
  forwarding.release_due(1005ms - 1ns);
  EXPECT_TRUE(out.packets.empty());
  forwarding.release_due(1005ms);
  EXPECT_EQ(out.take(), (Texts{"1", "2", "3"}));
}

TEST_F(ForwardingTest, a_jam_holds_packets_and_releases_them_in_order_before_later_ones) {
  set({.delay = 10ms});
  send("on the wire", 0s);
  set({.block = LinkRule::Block::jam}, 1ms);
  send("1", 2ms);
  send("2", 3ms);
  forwarding.release_due(1h);
  EXPECT_TRUE(out.packets.empty());
  EXPECT_EQ(forwarding.next_due(), std::nullopt);
  EXPECT_EQ(counters().jammed, 3u);
  EXPECT_EQ(counters().waiting, 3u);
  forwarding.heal(2h);
  send("later", 2h);
  EXPECT_EQ(out.take(), (Texts{"on the wire", "1", "2", "later"}));
  expect_balanced();
}

TEST_F(ForwardingTest, after_a_jam_packets_leave_before_what_the_next_rule_delays) {
  set({.block = LinkRule::Block::jam});
  send("1", 1s);
  set({.delay = 10ms}, 2s);
  send("2", 2s);
  forwarding.release_due(2s);
  EXPECT_EQ(out.take(), Texts{"1"});
  forwarding.release_due(2010ms);
  EXPECT_EQ(out.take(), Texts{"2"});
}

TEST_F(ForwardingTest, a_jam_is_bounded_and_a_cut_empties_it) {
  set({.block = LinkRule::Block::jam, .queue_packets = 2});
  for (const char* text : {"1", "2", "3", "4"}) send(text, 1s);
  EXPECT_EQ(counters().dropped_by_queue, 2u);
  EXPECT_EQ(counters().waiting, 2u);
  set({.block = LinkRule::Block::drop}, 2s);
  EXPECT_EQ(counters().waiting, 0u);
  EXPECT_EQ(counters().dropped_by_cut, 2u);
  forwarding.heal(3s);
  forwarding.release_due(4s);
  EXPECT_TRUE(out.packets.empty());
  expect_balanced();
}

TEST_F(ForwardingTest, the_delay_line_is_bounded_in_packets_and_in_bytes) {
  set({.delay = 1s, .queue_packets = 3});
  for (int i = 0; i < 5; ++i) send("x", 0s);
  EXPECT_EQ(counters().dropped_by_queue, 2u);
  set({.delay = 1s, .queue_bytes = 100}, 0s);
  forwarding.release_due(1s);
  out.take();
  for (int i = 0; i < 5; ++i) send(std::string(22, 'x'), 1s);  // 50 bytes each
  forwarding.release_due(2s);
  EXPECT_EQ(out.take().size(), 2u);
  expect_balanced();
}

TEST_F(ForwardingTest, a_rejected_stream_is_reset_in_the_name_of_its_peer) {
  set({.block = LinkRule::Block::reject});
  Bytes syn = tcp_packet(address_of(0), address_of(1), {.sequence = 9, .flags = 2});
  forwarding.accept(0, syn, 0s);
  ASSERT_EQ(out.packets.size(), 1u);
  EXPECT_EQ(out.packets[0].first, 0u);
  EXPECT_EQ(read_tcp(out.packets[0].second).acknowledged, 10u);
  EXPECT_EQ(counters().rejected, 1u);
  EXPECT_EQ(counters(1, 0).entered, 0u) << "a refusal is not traffic of the way back";
  expect_balanced();
}

TEST_F(ForwardingTest, jitter_keeps_order_unless_told_otherwise) {
  const auto order_with = [&](bool reorders) {
    set({.delay = 10ms, .jitter = 9ms, .jitter_reorders = reorders});
    for (int i = 0; i < 100; ++i) send(std::to_string(1000 + i), i * 100us);
    forwarding.release_due(10s);
    const Texts texts = out.take();
    EXPECT_EQ(texts.size(), 100u);
    return std::is_sorted(texts.begin(), texts.end());
  };
  EXPECT_TRUE(order_with(false));
  EXPECT_FALSE(order_with(true));
}

TEST_F(ForwardingTest, a_reordered_packet_overtakes_what_waits_and_only_that_counts) {
  set({.delay = 10ms, .reorder = {1, 3}});
  Texts sent, on_time, late;
  std::uint64_t overtaking = 0;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(std::to_string(i));
    const bool reordered = fate_of(forwarding.rule(0, 1), seed, 0, 1, i).reordered;
    if (reordered && !late.empty()) ++overtaking;
    (reordered ? on_time : late).push_back(sent.back());
    send(sent.back(), 0s);
  }
  ASSERT_FALSE(on_time.empty());
  EXPECT_EQ(out.take(), on_time);
  forwarding.release_due(10ms);
  EXPECT_EQ(out.take(), late);
  EXPECT_EQ(counters().reordered, overtaking);
}

TEST_F(ForwardingTest, loss_duplicates_and_corruption_are_those_of_fate_of) {
  const LinkRule rule{.loss = {1, 10}, .duplicate = {1, 5}, .corrupt = {1, 4}};
  set(rule);
  std::uint64_t lost = 0, duplicated = 0, corrupted = 0;
  for (std::uint64_t k = 0; k < 1000; ++k) {
    const PacketFate fate = fate_of(rule, seed, 0, 1, k);
    const std::string text = std::to_string(k);
    send(text, 0s);
    const std::size_t copies = fate.lost ? 0 : fate.duplicated ? 2 : 1;
    ASSERT_EQ(out.packets.size(), copies) << k;
    const Bytes original = udp_packet(address_of(0), address_of(1), text);
    for (const auto& [to, packet] : out.packets) ASSERT_EQ(packet != original, fate.corrupted);
    out.packets.clear();
    lost += fate.lost;
    duplicated += fate.duplicated && !fate.lost;
    corrupted += fate.corrupted && !fate.lost;
  }
  EXPECT_EQ(counters().lost, lost);
  EXPECT_EQ(counters().duplicated, duplicated);
  EXPECT_EQ(counters().corrupted, corrupted);
  EXPECT_EQ(counters().forwarded, 1000 - lost);
}

TEST_F(ForwardingTest, traffic_on_one_link_never_shifts_the_fate_of_another) {
  const LinkRule rule{.loss = {1, 2}};
  const auto survivors = [&](bool other_traffic) {
    Collector collected;
    Forwarding fresh(seed, collected);
    for (PortId i = 0; i < 3; ++i) fresh.add_port("n", address_of(i));
    for (PortId to : {1, 2}) fresh.set_rule(0, to, rule, 0s);
    for (int i = 0; i < 64; ++i) {
      Bytes packet = udp_packet(address_of(0), address_of(1), std::to_string(i));
      fresh.accept(0, packet, 0s);
      Bytes other = udp_packet(address_of(0), address_of(2), "other");
      if (other_traffic && i % 3 != 0) fresh.accept(0, other, 0s);
    }
    Texts texts = collected.take();
    std::erase(texts, "other");
    return texts;
  };
  EXPECT_EQ(survivors(true), survivors(false));
}

TEST_F(ForwardingTest, a_rate_gives_each_packet_its_time_on_the_line) {
  set({.delay = 1ms, .rate_bits_per_second = 8'000});  // a byte a millisecond
  send(std::string(72, 'x'), 0s);                      // 100 bytes
  send(std::string(22, 'y'), 0s);                      // 50 bytes
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(101ms));
  forwarding.release_due(101ms);
  EXPECT_EQ(out.take().size(), 1u);
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(151ms));
  forwarding.release_due(151ms);
  send("", 1s);  // 28 bytes, after a pause the line is free
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(1029ms));
}

TEST_F(ForwardingTest, a_packet_without_room_takes_no_time_on_the_line) {
  set({.rate_bits_per_second = 8'000, .queue_packets = 1});
  send(std::string(22, 'x'), 0s);
  for (int i = 0; i < 10; ++i) send(std::string(22, 'y'), 0s);
  forwarding.release_due(50ms);
  out.take();
  send(std::string(22, 'z'), 50ms);
  EXPECT_EQ(forwarding.next_due(), std::optional<Instant>(100ms));
}

TEST_F(ForwardingTest, a_full_device_counts_as_a_full_queue) {
  out.full[1] = true;
  send("1", 0s);
  set({.delay = 1ms});
  send("2", 0s);
  forwarding.release_due(1ms);
  EXPECT_EQ(counters().dropped_by_queue, 2u);
  EXPECT_EQ(counters().forwarded, 0u);
  expect_balanced();
}

TEST_F(ForwardingTest, a_watcher_is_told_where_each_packet_was_and_what_became_of_it) {
  out.watching = true;
  send("clear", 0s);
  set({.block = LinkRule::Block::drop});
  send("cut", 0s);
  set({.delay = 2ms}, 0s);
  send("delayed", 0s);
  set({.block = LinkRule::Block::drop}, 1ms);
  EXPECT_EQ(out.seen,
            (Texts{"0 sent ", "1 got ", "0 sent dropped: cut n0->n1",
                   "0 sent delayed 2000 us; n0->n1", "0 sent dropped: cut on the wire n0->n1"}));
}

// Random rules, traffic and pauses: the counters always add up, no packet is made up or delivered
// more often than it was duplicated, and where nothing may reorder, nothing does.
struct Step {
  LinkRule rule;
  bool change = false;
  std::int64_t pause = 0;
};

Step random_step() {
  Step step;
  step.change = *rc::gen::inRange(0, 4) == 0;
  step.pause = *rc::gen::inRange<std::int64_t>(0, 30'000'000);
  step.rule.block = static_cast<LinkRule::Block>(*rc::gen::inRange(0, 4));
  step.rule.delay = Instant(*rc::gen::inRange<std::int64_t>(0, 20'000'000));
  step.rule.jitter = Instant(*rc::gen::inRange<std::int64_t>(0, 20'000'000));
  step.rule.loss = {*rc::gen::inRange(0u, 2u), 4};
  step.rule.duplicate = {*rc::gen::inRange(0u, 2u), 4};
  step.rule.rate_bits_per_second = *rc::gen::inRange(0u, 2u) * 100'000;
  step.rule.queue_packets = *rc::gen::inRange(1u, 10u);
  return step;
}

TEST(ForwardingProperty, counters_add_up_and_order_is_kept) {
  EXPECT_TRUE(rc::check([] {
    Collector out;
    Forwarding forwarding(seed, out);
    forwarding.add_port("a", address_of(0));
    forwarding.add_port("b", address_of(1));
    Instant now{};
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const Step step = random_step();
      now += Instant(step.pause);
      if (step.change) forwarding.set_rule(0, 1, step.rule, now);
      Bytes packet = udp_packet(address_of(0), address_of(1), std::to_string(1000 + i));
      forwarding.accept(0, packet, now);
      const LinkCounters& c = forwarding.counters(0, 1);
      RC_ASSERT(c.entered == c.forwarded + c.dropped_by_cut + c.rejected + c.lost +
                                 c.dropped_by_queue + c.waiting);
    }
    forwarding.heal(now);
    forwarding.release_due(now);
    const LinkCounters& c = forwarding.counters(0, 1);
    RC_ASSERT(c.waiting == 0u);
    RC_ASSERT(c.entered == static_cast<std::uint64_t>(steps));
    std::erase_if(out.packets, [](const auto& entry) { return entry.first == 0; });  // refusals
    const auto texts = out.take();
    RC_ASSERT(std::is_sorted(texts.begin(), texts.end()));
    RC_ASSERT(texts.size() >= c.forwarded && texts.size() <= c.forwarded + c.duplicated);
  }));
}

}  // namespace
}  // namespace faultrig::live
