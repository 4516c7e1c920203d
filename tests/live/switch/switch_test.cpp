// Real TCP and UDP of the kernel through the switch, over both kinds of port.
#include "harness/live/switch/switch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/live/switch/capture_support.hpp"
#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"
#include "tests/live/switch/packet_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 7000;
const LinkRule cut{.block = LinkRule::Block::drop};
const LinkRule reject{.block = LinkRule::Block::reject};
const LinkRule jam{.block = LinkRule::Block::jam};

class SwitchTest : public testing::TestWithParam<PortKind> {
 protected:
  void isolated(const std::function<void()>& body) {
    if (GetParam() == PortKind::tun) {
      const int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
      if (tun < 0) GTEST_SKIP() << "/dev/net/tun: " << std::strerror(errno);
      close(tun);
    }
    run_isolated(body);
  }
  Machines two_machines(std::uint64_t seed = 1) { return Machines(2, GetParam(), seed); }
};

// Every packet that entered is accounted for exactly once.
void expect_balanced(const LinkCounters& c) {
  EXPECT_EQ(c.entered,
            c.forwarded + c.dropped_by_cut + c.rejected + c.lost + c.dropped_by_queue + c.waiting);
}

TEST_P(SwitchTest, carries_datagrams_and_streams) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    machines.send_to(a, 1, port, "over");
    EXPECT_EQ(receive(b), "over");
    machines.send_to(b, 0, port, "and back");
    EXPECT_EQ(receive(a), "and back");

    const Descriptor listener = machines.listen_tcp(1, port);
    const Descriptor client = machines.connect_tcp(0, 1, port);
    const Descriptor server = accept_tcp(listener);
    const std::string much(1'000'000, 'x');
    std::string got;
    std::thread reader([&] { got = receive_bytes(server, much.size()); });
    send_all(client, much);
    reader.join();
    EXPECT_EQ(got.size(), much.size());
    expect_balanced(machines.counters(0, 1));
    EXPECT_GT(machines.counters(0, 1).bytes, much.size());
    EXPECT_EQ(machines.counters(0, 1).touched(), 0u);
  });
}

// A connection neither breaks nor delivers while it is cut, and the old bytes arrive after healing.
void expect_hang_and_recovery(Machines& machines, const std::function<void()>& cut_links) {
  const Descriptor listener = machines.listen_tcp(1, port);
  const Descriptor client = machines.connect_tcp(0, 1, port);
  const Descriptor server = accept_tcp(listener);
  send_all(client, "before");
  ASSERT_EQ(receive_bytes(server, 6), "before");
  cut_links();
  const std::uint64_t dropped = machines.counters(0, 1).dropped_by_cut;
  send_all(client, "during");
  // The segment and at least one retransmission met the cut.
  EXPECT_TRUE(eventually([&] { return machines.counters(0, 1).dropped_by_cut >= dropped + 2; }));
  EXPECT_FALSE(wait_readable(server, 0ms));
  EXPECT_FALSE(wait_readable(client, 0ms));  // no error either
  machines.network().heal();
  EXPECT_EQ(receive_bytes(server, 6), "during");
  send_all(server, "answer");
  EXPECT_EQ(receive_bytes(client, 6), "answer");
  expect_balanced(machines.counters(0, 1));
}

TEST_P(SwitchTest, a_connection_hangs_across_a_cut_both_ways) {
  isolated([&] {
    Machines machines = two_machines();
    expect_hang_and_recovery(machines, [&] {
      machines.set_rule(0, 1, cut);
      machines.set_rule(1, 0, cut);
    });
  });
}

TEST_P(SwitchTest, a_connection_hangs_across_a_cut_one_way) {
  isolated([&] {
    Machines machines = two_machines();
    expect_hang_and_recovery(machines, [&] { machines.set_rule(0, 1, cut); });
    EXPECT_EQ(machines.counters(1, 0).touched(), 0u);
  });
}

TEST_P(SwitchTest, a_rejected_connection_is_refused_and_an_established_one_reset) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor listener = machines.listen_tcp(1, port);
    const Descriptor client = machines.connect_tcp(0, 1, port);
    const Descriptor server = accept_tcp(listener);
    machines.set_rule(0, 1, reject);
    EXPECT_EQ(connect_result(machines.start_connect(0, 1, port)), ECONNREFUSED);
    send_all(client, "x");
    ASSERT_TRUE(wait_readable(client));
    char byte;
    EXPECT_EQ(recv(client.get(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
    EXPECT_GE(machines.counters(0, 1).rejected, 2u);
    expect_balanced(machines.counters(0, 1));
  });
}

TEST_P(SwitchTest, a_rejected_datagram_is_answered_by_icmp) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor b = machines.udp_socket(1, port);
    const Descriptor a = machines.connected_udp(0, 1, port);
    machines.set_rule(0, 1, reject);
    send_all(a, "refuse me");
    ASSERT_TRUE(wait_readable(a));
    char byte;
    EXPECT_EQ(recv(a.get(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, EHOSTUNREACH);
    EXPECT_FALSE(wait_readable(b, 0ms));
  });
}

TEST_P(SwitchTest, a_jammed_connection_gets_everything_afterwards) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    machines.set_rule(0, 1, jam);
    for (int i = 0; i < 50; ++i) machines.send_to(a, 1, port, std::to_string(i));
    ASSERT_TRUE(eventually([&] { return machines.counters(0, 1).jammed == 50; }));
    EXPECT_FALSE(wait_readable(b, 0ms));
    machines.network().heal();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(receive(b), std::to_string(i));
    EXPECT_EQ(machines.counters(0, 1).waiting, 0u);
    expect_balanced(machines.counters(0, 1));
  });
}

TEST_P(SwitchTest, a_delay_is_never_shorter_than_its_rule) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    for (const auto delay : {1ms, 5ms, 20ms}) {
      machines.set_rule(0, 1, {.delay = delay});
      for (int i = 0; i < 10; ++i) {
        const auto start = std::chrono::steady_clock::now();
        machines.send_to(a, 1, port, "late");
        ASSERT_EQ(receive(b), "late");
        EXPECT_GE(std::chrono::steady_clock::now() - start, delay);
      }
    }
    EXPECT_EQ(machines.counters(0, 1).delayed, 30u);
    EXPECT_EQ(machines.counters(1, 0).delayed, 0u);
  });
}

// What the kernel sent is what entered, what fate_of says is what happened, and what the receiver
// got is what was forwarded: loss, second copies and, by the receiver's checksum, corruption.
TEST_P(SwitchTest, every_packet_meets_the_fate_of_its_number) {
  isolated([&] {
    constexpr std::uint64_t seed = 5, count = 400;
    Machines machines = two_machines(seed);
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    const LinkRule rule{.loss = {1, 10}, .duplicate = {1, 5}, .corrupt = {1, 8}};
    machines.set_rule(0, 1, rule);
    std::vector<std::string> expected;
    std::uint64_t lost = 0, duplicated = 0, corrupted = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
      const PacketFate fate = fate_of(rule, seed, 0, 1, k);
      machines.send_to(a, 1, port, "number " + std::to_string(k));
      lost += fate.lost;
      duplicated += !fate.lost && fate.duplicated;
      corrupted += !fate.lost && fate.corrupted;
      if (fate.lost || fate.corrupted) continue;
      for (int copy = 0; copy < (fate.duplicated ? 2 : 1); ++copy) {
        expected.push_back("number " + std::to_string(k));
        ASSERT_EQ(receive(b), expected.back());
      }
    }
    ASSERT_TRUE(eventually([&] { return machines.counters(0, 1).entered == count; }));
    EXPECT_FALSE(wait_readable(b, 0ms)) << "a packet too many: " << receive(b);
    const LinkCounters c = machines.counters(0, 1);
    EXPECT_EQ(c.lost, lost);
    EXPECT_EQ(c.duplicated, duplicated);
    EXPECT_EQ(c.corrupted, corrupted);
    EXPECT_EQ(c.forwarded, count - lost);
    EXPECT_GT(lost * duplicated * corrupted, 0u);
    expect_balanced(c);
  });
}

// Once set_rule has returned, nothing that the machine sends afterwards and nothing still under way
// reaches the other side: with traffic running all the time, what has been forwarded never changes.
TEST_P(SwitchTest, a_cut_is_in_force_when_set_rule_returns) {
  isolated([&] {
    Machines machines = two_machines();
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    std::atomic<bool> stop = false;
    std::thread traffic([&] {
      while (!stop) machines.send_to(a, 1, port, "again");
    });
    for (int round = 0; round < 50; ++round) {
      machines.set_rule(0, 1, cut);
      const LinkCounters before = machines.counters(0, 1);
      EXPECT_TRUE(eventually(
          [&] { return machines.counters(0, 1).dropped_by_cut > before.dropped_by_cut + 10; }));
      EXPECT_EQ(machines.counters(0, 1).forwarded, before.forwarded);
      machines.network().heal();
      EXPECT_TRUE(
          eventually([&] { return machines.counters(0, 1).forwarded > before.forwarded + 10; }));
    }
    stop = true;
    traffic.join();
    expect_balanced(machines.counters(0, 1));
  });
}

TEST_P(SwitchTest, a_capture_tells_what_was_dropped) {
  const auto file = std::filesystem::path(testing::TempDir()) /
                    ("switch_" + std::to_string(getpid()) + ".pcapng");
  isolated([&] {
    Machines machines(2, GetParam(), 1, file);
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor b = machines.udp_socket(1, port);
    machines.send_to(a, 1, port, "over");
    ASSERT_EQ(receive(b), "over");
    machines.set_rule(0, 1, cut);
    machines.send_to(a, 1, port, "lost");
    ASSERT_TRUE(eventually([&] { return machines.counters(0, 1).dropped_by_cut == 1; }));
    machines.stop();
    const CaptureFile capture = read_capture(file);
    std::filesystem::remove(file);
    ASSERT_EQ(capture.interfaces.size(), 2u);
    EXPECT_EQ(capture.interfaces[1].name, "m1");
    ASSERT_EQ(capture.packets.size(), 3u);
    EXPECT_EQ(udp_text(capture.packets[0].bytes), "over");
    EXPECT_TRUE(capture.packets[0].outbound);
    EXPECT_EQ(capture.packets[1].interface, 1u);
    EXPECT_FALSE(capture.packets[1].outbound);
    EXPECT_EQ(capture.packets[1].bytes, capture.packets[0].bytes);
    EXPECT_LE(capture.packets[0].time, capture.packets[1].time);
    EXPECT_EQ(udp_text(capture.packets[2].bytes), "lost");
    EXPECT_EQ(capture.packets[2].comment, "dropped: cut m0->m1");
  });
}

TEST_P(SwitchTest, a_machine_without_its_device_disturbs_nobody_else) {
  isolated([&] {
    Machines machines(3, GetParam());
    const Descriptor a = machines.udp_socket(0, port);
    const Descriptor c = machines.udp_socket(2, port);
    machines.take_device_down(1);
    machines.send_to(a, 1, port, "into the void");
    ASSERT_TRUE(eventually([&] { return machines.counters(0, 1).entered == 1; }));
    EXPECT_EQ(machines.counters(0, 1).forwarded, 0u);
    EXPECT_EQ(machines.counters(0, 1).dropped_by_queue, 1u);
    machines.send_to(a, 2, port, "still here");
    EXPECT_EQ(receive(c), "still here");
  });
}

INSTANTIATE_TEST_SUITE_P(ports, SwitchTest, testing::Values(PortKind::tun, PortKind::packet),
                         [](const auto& chosen) {
                           return chosen.param == PortKind::tun ? "tun" : "packet";
                         });

}  // namespace
}  // namespace faultrig::live
