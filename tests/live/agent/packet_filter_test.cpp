// The nftables table of one host, against real sockets: machine 1 filters, the others speak to it.
#include "harness/live/agent/packet_filter.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "harness/errors.hpp"
#include "tests/live/agent/nft_tables_support.hpp"
#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {
namespace {

using Block = LinkRule::Block;
using namespace std::chrono_literals;

constexpr std::uint16_t port = 7000, other_port = 7001;
constexpr auto in_vain = 300ms;

FilterPlan plan_for(const Machines& machines) {
  FilterPlan plan;
  plan.table = "faultrig_test";
  plan.peers = {{"n0", machines.address(0)}};
  plan.clients = {{"c1", machines.address(2)}};
  plan.port = port;
  return plan;
}

std::unique_ptr<PacketFilter> filter_on(const Machines& machines, const FilterPlan& plan) {
  std::unique_ptr<PacketFilter> filter;
  machines.space(1).inside([&] { filter = std::make_unique<PacketFilter>(plan); });
  return filter;
}

using Tables = std::vector<std::string>;
Tables tables_on(const Machines& machines) { return nft_tables(machines.space(1)); }

TEST(packet_filter, a_cut_is_one_way_counted_and_healed) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    const auto filter = filter_on(machines, plan_for(machines));
    const Descriptor here = machines.udp_socket(1, port), there = machines.udp_socket(0, port);
    filter->set(FilterSide::from, "n0", Block::drop);
    machines.send_to(there, 1, port, "lost");
    ASSERT_TRUE(
        eventually([&] { return filter->counters(FilterSide::from, "n0").dropped_by_cut == 1; }));
    machines.send_to(here, 0, port, "the other way");
    EXPECT_EQ(receive(there), "the other way");
    filter->set(FilterSide::from, "n0", Block::none);
    machines.send_to(there, 1, port, "after");
    EXPECT_EQ(receive(here), "after");
    const LinkCounters counters = filter->counters(FilterSide::from, "n0");
    EXPECT_EQ(counters.dropped_by_cut, 1u) << "counters outlive the rule, and only faults count";
    EXPECT_EQ(counters.rejected, 0u);
  });
}

TEST(packet_filter, a_cut_hangs_and_a_rejection_tells) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    const auto filter = filter_on(machines, plan_for(machines));
    const Descriptor listener = machines.listen_tcp(1, port);
    filter->set(FilterSide::from, "n0", Block::drop);
    EXPECT_EQ(connect_result(machines.start_connect(0, 1, port), in_vain), ETIMEDOUT);
    filter->set(FilterSide::from, "n0", Block::reject);
    EXPECT_EQ(connect_result(machines.start_connect(0, 1, port)), ECONNREFUSED);
    const Descriptor datagrams = machines.connected_udp(0, 1, port);
    send_all(datagrams, "x");
    EXPECT_TRUE(wait_readable(datagrams));
    char byte;
    EXPECT_EQ(::read(datagrams.get(), &byte, 1), -1);
    EXPECT_EQ(errno, ECONNREFUSED);
    EXPECT_EQ(filter->counters(FilterSide::from, "n0").rejected, 2u);
    filter->clear();
    EXPECT_EQ(connect_result(machines.start_connect(0, 1, port)), 0);
  });
}

TEST(packet_filter, client_links_are_the_nodes_port_only) {
  run_isolated([] {
    Machines machines(3, PortKind::automatic);
    const auto filter = filter_on(machines, plan_for(machines));
    const Descriptor node = machines.listen_tcp(1, port), ssh = machines.listen_tcp(1, other_port);
    const Descriptor before = machines.connect_tcp(2, 1, port);
    const Descriptor accepted = accept_tcp(node);
    filter->set(FilterSide::to, "c1", Block::drop);
    send_all(before, "question");
    EXPECT_EQ(receive_bytes(accepted, 8), "question");
    send_all(accepted, "answer");
    EXPECT_TRUE(
        eventually([&] { return filter->counters(FilterSide::to, "c1").dropped_by_cut > 0; }));
    EXPECT_FALSE(wait_readable(before, in_vain));
    filter->set(FilterSide::to, "c1", Block::none);
    EXPECT_EQ(receive_bytes(before, 6), "answer") << "retransmitted after healing";
    filter->set(FilterSide::from, "c1", Block::drop);
    EXPECT_EQ(connect_result(machines.start_connect(2, 1, port), in_vain), ETIMEDOUT);
    EXPECT_EQ(connect_result(machines.start_connect(2, 1, other_port)), 0);
    EXPECT_GT(filter->counters(FilterSide::from, "c1").dropped_by_cut, 0u);
  });
}

TEST(packet_filter, the_kept_connection_passes_every_cut) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    const Descriptor listener = machines.listen_tcp(1, other_port);
    const Descriptor kept = machines.connect_tcp(0, 1, other_port);
    const Descriptor accepted = accept_tcp(listener);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(kept.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    FilterPlan plan = plan_for(machines);
    plan.kept = KeptConnection{machines.address(0), ntohs(address.sin_port), other_port};
    const auto filter = filter_on(machines, plan);
    filter->set(FilterSide::from, "n0", Block::drop);
    EXPECT_EQ(connect_result(machines.start_connect(0, 1, other_port), in_vain), ETIMEDOUT);
    send_all(kept, "still");
    EXPECT_EQ(receive_bytes(accepted, 5), "still");
  });
}

TEST(packet_filter, its_table_goes_with_it_and_with_its_socket) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    auto filter = filter_on(machines, plan_for(machines));
    EXPECT_EQ(tables_on(machines), Tables{"faultrig_test"});
    filter.reset();
    EXPECT_EQ(tables_on(machines), Tables{});
    {
      std::unique_ptr<NftSocket> socket;
      machines.space(1).inside([&] { socket = std::make_unique<NftSocket>(); });
      NftBatch batch;
      batch.add_table("faultrig_test", true);
      ASSERT_EQ(socket->carry_out(std::move(batch)), 0);
      EXPECT_EQ(tables_on(machines), Tables{"faultrig_test"});
    }
    EXPECT_TRUE(eventually([&] { return tables_on(machines).empty(); }));
  });
}

TEST(packet_filter, a_batch_is_taken_whole_or_not_at_all) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    std::unique_ptr<NftSocket> socket;
    machines.space(1).inside([&] { socket = std::make_unique<NftSocket>(); });
    NftBatch batch;
    batch.add_table("faultrig_test", false);
    batch.add(NftRule("faultrig_test", "no_such_chain").drop());
    EXPECT_EQ(socket->carry_out(std::move(batch)), ENOENT);
    EXPECT_EQ(tables_on(machines), Tables{});
    EXPECT_THROW(socket->packets("faultrig_test", "x"), EnvironmentError);
  });
}

TEST(packet_filter, says_whether_it_can_be_had) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    machines.space(1).inside([&] { EXPECT_EQ(PacketFilter::obstacle("faultrig_test"), ""); });
    EXPECT_EQ(tables_on(machines), Tables{});
  });
}

TEST(packet_filter, a_share_of_packets_is_lost_and_counted) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    const auto filter = filter_on(machines, plan_for(machines));
    filter->set(FilterSide::from, "n0", Block::none, Ratio{1, 2});
    const Descriptor here = machines.udp_socket(1, port), there = machines.udp_socket(0, port);
    for (int i = 0; i < 200; ++i) machines.send_to(there, 1, port, "one of many");
    const auto lost = [&] { return filter->counters(FilterSide::from, "n0").lost; };
    ASSERT_TRUE(eventually([&] { return lost() > 60; }));
    filter->set(FilterSide::from, "n0", Block::none);
    machines.send_to(there, 1, port, "last");
    std::uint64_t arrived = 0;
    for (std::string text; (text = receive(here)) != "last"; ++arrived)
      ASSERT_EQ(text, "one of many");
    EXPECT_EQ(arrived + lost(), 200u);
    EXPECT_LT(lost(), 140u);  // odds of less than one in a hundred millions
  });
}

TEST(packet_filter, packets_to_a_peer_are_sent_twice_and_counted_once) {
  run_isolated([] {
    Machines machines(3, PortKind::automatic);
    const auto filter = filter_on(machines, plan_for(machines));
    Steering steering;
    steering.duplicate = {1, 1};
    steering.copied = 0x1000fff0;
    const Descriptor here = machines.udp_socket(1, port), peer = machines.udp_socket(0, port),
                     other = machines.udp_socket(2, port);
    filter->steer("n0", steering);
    machines.send_to(here, 0, port, "twice");
    machines.send_to(here, 2, port, "once");
    EXPECT_EQ(receive(peer), "twice");
    EXPECT_EQ(receive(peer), "twice");
    filter->steer("n0", {});
    machines.send_to(here, 0, port, "once");
    machines.send_to(here, 2, port, "last");
    EXPECT_EQ(receive(peer), "once");
    EXPECT_EQ(receive(other), "once");
    EXPECT_EQ(receive(other), "last");
    EXPECT_EQ(filter->counters(FilterSide::to, "n0").duplicated, 1u);
  });
}

}  // namespace
}  // namespace faultrig::live
