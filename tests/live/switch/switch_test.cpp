// Real TCP and UDP of the kernel through the switch, over both kinds of port.
#include "harness/live/switch/switch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <thread>

#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"

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

INSTANTIATE_TEST_SUITE_P(ports, SwitchTest, testing::Values(PortKind::tun, PortKind::packet),
                         [](const auto& chosen) {
                           return chosen.param == PortKind::tun ? "tun" : "packet";
                         });

}  // namespace
}  // namespace faultrig::live
