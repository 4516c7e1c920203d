// Which hosts can shape packets; that they do is shown by tests/vm, where the kernel has netem.
#include "harness/live/agent/packet_shaper.hpp"

#include <gtest/gtest.h>

#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {
namespace {

std::string obstacle_on(const Machines& machines, const std::vector<NamedAddress>& peers) {
  std::string why;
  machines.space(0).inside([&] { why = PacketShaper::obstacle("faultrig_test", peers); });
  return why;
}

TEST(packet_shaper, says_why_it_cannot_be) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    std::vector<NamedAddress> many;
    for (Ipv4 i = 0; i < 8; ++i) many.push_back({"n", machines.address(1) + i});
    EXPECT_EQ(obstacle_on(machines, many),
              "a host can shape packets to 7 others at most, here are 8");
    EXPECT_EQ(obstacle_on(machines, {{"n1", 0x7f000001}}), "node n1 is on the same host");
    EXPECT_NE(obstacle_on(machines, {{"n1", 0x08080808}}).find("cannot find the way to a peer"),
              std::string::npos);
  });
}

TEST(packet_shaper, needs_a_kernel_that_has_it_and_leaves_no_trace) {
  run_isolated([] {
    Machines machines(2, PortKind::automatic);
    const std::vector<NamedAddress> peers{{"n1", machines.address(1)}};
    const std::string why = obstacle_on(machines, peers);
    if (!why.empty()) {
      EXPECT_NE(why.find("the queueing discipline"), std::string::npos) << why;
      return;
    }
    machines.space(0).inside([&] {
      PacketShaper shaper("faultrig_test", peers);
      LinkRule rule;
      rule.delay = std::chrono::milliseconds(5);
      EXPECT_TRUE(shaper.prepare("n1", rule).holds);
      EXPECT_NE(PacketShaper::obstacle("faultrig_test", peers), "") << "it is there now";
      shaper.clear();
      EXPECT_EQ(PacketShaper::obstacle("faultrig_test", peers), "");
    });
  });
}

}  // namespace
}  // namespace faultrig::live
