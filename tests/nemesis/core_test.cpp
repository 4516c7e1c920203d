// Healing a majority only: inside it everything is whole, outside nothing changes.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "nemesis/injector.hpp"
#include "nemesis/packet.hpp"
#include "tests/nemesis/cluster_support.hpp"

namespace faultrig {
namespace {

using std::chrono::seconds;
using Names = std::vector<std::string>;

const Names core = {"n1", "n2", "n3"};

class Weather {
 public:
  explicit Weather(std::uint64_t seed = 1)
      : cluster(5), injector(cluster, roles, Random(seed), [](const FaultRecord&) {}) {}

  void start(const std::string& kind, Names targets, const std::string& slot = "a",
             const std::map<std::string, std::int64_t>& parameters = {}) {
    order("start-", {slot, kind, std::move(targets), parameters, {}, {}});
  }
  void cut(Names links, const std::string& slot = "a") {
    order("start-", {slot, "partition-cut", {}, {}, std::move(links), {}});
  }
  void stop(const std::string& slot = "a") { order("stop-", {slot, "kill-one", {}, {}, {}, {}}); }
  void heal_core() { injector.heal_within(core, now += seconds(1)); }
  void heal() { injector.heal(now += seconds(1)); }
  const FaultRecord& record(std::size_t i = 0) const { return injector.records().at(i); }
  NodeState state(const std::string& node) { return cluster.status(node).state; }

  FakeCluster cluster;
  Roles roles{"lead"};
  ClusterInjector injector;
  Time now{};

 private:
  void order(const std::string& action, const FaultOrder& order) {
    Invocation invocation;
    invocation.worker = nemesis_worker;
    invocation.f = action + find_fault(order.kind)->family;
    invocation.value = to_value(order);
    injector.apply(invocation, now += seconds(1));
  }
};

bool is_core(const std::string& end) {
  return end.starts_with("c") || std::find(core.begin(), core.end(), end) != core.end();
}

TEST(HealWithin, links_inside_the_core_are_cleared_and_others_kept) {
  Weather weather;
  weather.start("partition-one", {"n2"});
  weather.heal_core();
  EXPECT_TRUE(weather.cluster.link("n1", "n2").is_clear());
  EXPECT_TRUE(weather.cluster.link("n2", "n3").is_clear());
  for (const char* outsider : {"n4", "n5"}) {
    EXPECT_EQ(weather.cluster.link("n2", outsider).block, LinkRule::Block::drop);
    EXPECT_EQ(weather.cluster.link(outsider, "n2").block, LinkRule::Block::drop);
  }
}

TEST(HealWithin, clients_reach_the_core_and_nobody_else_that_they_were_cut_off_from) {
  Weather weather;
  weather.cut({"c1 -> n1", "n1 -> c1", "c1 -> n5", "n4 -> c2"});
  weather.heal_core();
  EXPECT_TRUE(weather.cluster.link("c1", "n1").is_clear());
  EXPECT_TRUE(weather.cluster.link("n1", "c1").is_clear());
  EXPECT_FALSE(weather.cluster.link("c1", "n5").is_clear());
  EXPECT_FALSE(weather.cluster.link("n4", "c2").is_clear());
}

TEST(HealWithin, killed_nodes_of_the_core_are_started_and_outsiders_stay_down) {
  Weather weather;
  weather.start("kill-all", {});
  weather.heal_core();
  for (const char* node : {"n1", "n2", "n3"}) EXPECT_EQ(weather.state(node), NodeState::running);
  for (const char* node : {"n4", "n5"}) EXPECT_EQ(weather.state(node), NodeState::stopped);
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_running());
}

TEST(HealWithin, paused_nodes_of_the_core_go_on_and_outsiders_stand_still) {
  Weather weather;
  weather.start("pause-all", {});
  weather.heal_core();
  for (const char* node : {"n1", "n2", "n3"}) EXPECT_EQ(weather.state(node), NodeState::running);
  for (const char* node : {"n4", "n5"}) EXPECT_EQ(weather.state(node), NodeState::paused);
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_running());
}

TEST(HealWithin, a_node_without_power_is_started_too) {
  Weather weather;
  weather.start("power-all", {});
  weather.heal_core();
  EXPECT_EQ(weather.state("n1"), NodeState::running);
  EXPECT_EQ(weather.state("n5"), NodeState::stopped);
}

TEST(HealWithin, clocks_and_disks_of_the_core_are_right_again) {
  Weather weather;
  weather.start("clock-jump", {"n1", "n5"}, "clock", {{"offset_ms", 1'000}});
  weather.start("disk-slow", {"n2", "n4"}, "disk", {{"sync_delay_ms", 100}});
  weather.heal_core();
  EXPECT_EQ(weather.cluster.clock("n1"), ClockSetting{});
  EXPECT_EQ(weather.cluster.clock("n5").offset, seconds(1));
  EXPECT_EQ(weather.cluster.disk("n2"), DiskRule{});
  EXPECT_EQ(weather.cluster.disk("n4").sync_delay, std::chrono::milliseconds(100));
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_clear());
}

TEST(HealWithin, the_evidence_of_what_was_healed_still_counts) {
  Weather weather;
  weather.cut({"n1 -> n2"}, "cut");
  weather.start("kill-one", {"n2"}, "kill");
  weather.start("pause-one", {"n3"}, "pause");
  weather.start("disk-slow", {"n1"}, "disk");
  weather.start("clock-drift", {"n1"}, "drift", {{"drift_ppm", 100'000}});
  weather.cluster.traffic(7);
  weather.cluster.sync_writes("n1", 4);
  weather.cluster.drifted["n1"] = seconds(1);
  weather.heal_core();
  weather.cluster.drifted.clear();
  weather.heal();
  ASSERT_EQ(weather.injector.records().size(), 5u);
  for (const FaultRecord& record : weather.injector.records()) {
    EXPECT_TRUE(record.bit) << record.kind;
    EXPECT_TRUE(record.ended) << record.kind;
  }
  EXPECT_EQ(weather.record(0).evidence.front(), "7 packets dropped on 1 of 1 links");
  EXPECT_NE(weather.record(4).evidence.front().find("n1: clock 1000.000 ms ahead"),
            std::string::npos)
      << weather.record(4).evidence.front();
}

TEST(HealWithin, what_did_nothing_before_has_not_taken_effect_by_being_healed) {
  Weather weather;
  weather.cut({"n1 -> n2"}, "cut");
  weather.start("clock-drift", {"n1"}, "drift", {{"drift_ppm", 100'000}});
  weather.start("disk-slow", {"n1"}, "disk");
  weather.heal_core();
  weather.cluster.traffic(7);
  weather.cluster.sync_writes("n1", 4);
  weather.heal();
  for (const FaultRecord& record : weather.injector.records()) {
    EXPECT_FALSE(record.bit) << record.kind;
  }
}

TEST(HealWithin, what_a_fault_does_to_outsiders_is_its_evidence_until_its_end) {
  Weather weather;
  weather.cut({"n1 -> n2", "n4 -> n5"});
  weather.heal_core();
  weather.cluster.traffic(3);
  weather.heal();
  EXPECT_TRUE(weather.record().bit);
  EXPECT_EQ(weather.record().evidence, (Names{"3 packets dropped on 1 of 2 links", "n4 -> n5: 3"}));
}

TEST(HealWithin, faults_stay_in_force_until_they_end) {
  Weather weather;
  weather.start("kill-all", {});
  weather.heal_core();
  EXPECT_FALSE(weather.record().ended);
  weather.stop();
  EXPECT_TRUE(weather.record().ended);
  EXPECT_TRUE(weather.cluster.all_running());
}

TEST(HealWithin, overlapping_faults_all_let_go_of_the_core) {
  Weather weather;
  weather.start("pause-all", {}, "pause");
  weather.start("kill-one", {"n2"}, "kill");
  weather.start("kill-one", {"n5"}, "other kill");
  weather.start("partition-one", {"n1"}, "cut");
  weather.start("packet-delay", {"all"}, "slow");
  weather.heal_core();
  for (const char* node : {"n1", "n2", "n3"}) EXPECT_EQ(weather.state(node), NodeState::running);
  EXPECT_EQ(weather.state("n4"), NodeState::paused);
  EXPECT_EQ(weather.state("n5"), NodeState::stopped);
  EXPECT_TRUE(weather.cluster.link("n1", "n2").is_clear());
  EXPECT_EQ(weather.cluster.link("n1", "n4"),
            compose(packet_rule("packet-delay", {}), LinkRule{LinkRule::Block::drop}));
  weather.stop("other kill");
  EXPECT_EQ(weather.state("n5"), NodeState::stopped) << "the pause holds it as well";
  weather.stop("cut");
  EXPECT_EQ(weather.cluster.link("n1", "n4"), packet_rule("packet-delay", {}));
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_clear() && weather.cluster.all_running());
}

TEST(HealWithin, a_rolling_restart_takes_no_node_of_the_core_any_more) {
  Weather weather;
  weather.start("restart", {"all"});
  weather.heal_core();
  const auto restarted = weather.cluster.orders.size();
  Invocation step;
  step.worker = nemesis_worker;
  step.f = "step-kill";
  step.value = Value::map({{"slot", "a"}});
  for (int i = 0; i < 5; ++i) weather.injector.apply(step, weather.now += seconds(1));
  for (std::size_t i = restarted; i < weather.cluster.orders.size(); ++i) {
    const std::string& order = weather.cluster.orders[i];
    EXPECT_FALSE(order.ends_with(" n1") || order.ends_with(" n2") || order.ends_with(" n3"))
        << order;
  }
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_running());
}

TEST(HealWithin, a_refusal_keeps_nothing_else_from_being_healed_and_is_told) {
  Weather weather;
  weather.start("kill-all", {});
  weather.cluster.before = [](const std::string& order) {
    if (order == "start n1") throw EnvironmentError("cannot start", "node n1", 5);
  };
  EXPECT_THROW(weather.heal_core(), EnvironmentError);
  EXPECT_EQ(weather.state("n2"), NodeState::running);
  EXPECT_EQ(weather.state("n3"), NodeState::running);
  weather.cluster.before = [](const std::string&) {};
  weather.heal();
  EXPECT_TRUE(weather.cluster.all_running()) << "what failed is tried again";
}

TEST(HealWithin, with_nothing_in_force_nothing_is_done) {
  Weather weather;
  weather.heal_core();
  EXPECT_TRUE(weather.cluster.orders.empty());
}

RC_GTEST_PROP(HealWithin, any_weather_leaves_the_core_whole_and_ends_with_heal,
              (std::uint64_t seed, const std::vector<std::uint8_t>& acts)) {
  const Names kinds = {"partition-one", "partition-halves", "kill-minority", "kill-all",
                       "pause-one",     "packet-loss",      "jam",           "power-one",
                       "clock-jump",    "disk-slow",        "restart",       "partition-clients"};
  Weather weather(seed);
  for (const std::uint8_t act : acts) {
    const std::string slot = fmt::format("slot {}", act / 16 % 4);
    if (act % 16 >= kinds.size()) {
      weather.stop(slot);
    } else {
      weather.start(kinds[act % 16], {}, slot);
    }
  }
  std::map<std::string, NodeState> before;
  for (const std::string& node : weather.cluster.nodes()) before[node] = weather.state(node);
  weather.heal_core();
  Names ends = weather.cluster.nodes();
  ends.insert(ends.end(), weather.cluster.client_machines().begin(),
              weather.cluster.client_machines().end());
  for (const std::string& from : ends) {
    for (const std::string& to : ends) {
      if (is_core(from) && is_core(to)) RC_ASSERT(weather.cluster.link(from, to).is_clear());
    }
  }
  for (const std::string& node : weather.cluster.nodes()) {
    if (is_core(node)) {
      RC_ASSERT(weather.state(node) == NodeState::running);
      RC_ASSERT(weather.cluster.clock(node) == ClockSetting{});
      RC_ASSERT(weather.cluster.disk(node) == DiskRule{});
    } else {
      RC_ASSERT(weather.state(node) == before[node]);
    }
  }
  weather.heal();
  RC_ASSERT(weather.cluster.all_clear());
  RC_ASSERT(weather.cluster.all_running());
  for (const FaultRecord& record : weather.injector.records()) {
    RC_ASSERT(record.ended.has_value());
  }
}

}  // namespace
}  // namespace faultrig
