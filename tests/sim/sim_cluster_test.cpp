#include "harness/sim/sim_cluster.hpp"

#include <gtest/gtest.h>

#include <set>

#include "harness/errors.hpp"
#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

RunPlan plan_of(const std::string& rest) {
  return read_plan("[run]\ntarget = \"fake\"\nbackend = \"sim\"\nseed = 1\nnodes = 3\n" + rest,
                   "plan.toml");
}

std::string refusal_of(const std::string& rest) {
  try {
    settings_of(plan_of(rest), {});
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(SimSettings, a_plan_says_what_the_world_is_like) {
  const SimulationSettings settings =
      settings_of(plan_of("clients = 7\ntimeout_ms = 250\n[target]\nbugs = [\"a\", \"b@n2\"]\n"
                          "[sim]\nlatency_min_us = 10\nlatency_max_us = 20\nreorder = true\n"
                          "sync_min_us = 30\nsync_max_us = 40\n"),
                  {{"option", Value(5)}});
  EXPECT_EQ(settings.seed, 1u);
  EXPECT_EQ(settings.clients, 7u);
  EXPECT_EQ(settings.timeout, milliseconds(250));
  EXPECT_EQ(settings.network.shortest, microseconds(10));
  EXPECT_EQ(settings.network.longest, microseconds(20));
  EXPECT_TRUE(settings.network.reorders);
  EXPECT_EQ(settings.disk.shortest_sync, microseconds(30));
  EXPECT_EQ(settings.disk.longest_sync, microseconds(40));
  ASSERT_EQ(settings.nodes.size(), 3u);
  EXPECT_EQ(settings.nodes[0].bugs, std::vector<std::string>{"a"});
  EXPECT_EQ(settings.nodes[1].bugs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(settings.nodes[2].options.at("option"), Value(5));
}

TEST(SimSettings, what_a_plan_leaves_open_is_usual_unless_the_faults_are_a_swarm) {
  const SimulationSettings usual = settings_of(plan_of(""), {});
  EXPECT_EQ(usual.network.shortest, NetworkTiming().shortest);
  EXPECT_EQ(usual.network.longest, NetworkTiming().longest);
  RunPlan swarm = plan_of("[nemesis]\nfaults = [\"swarm\"]\n");
  std::set<std::int64_t> latencies;
  std::set<bool> orders;
  for (swarm.seed = 1; *swarm.seed <= 20; ++*swarm.seed) {
    const SimulationSettings drawn = settings_of(swarm, {});
    EXPECT_LE(drawn.network.shortest, drawn.network.longest);
    EXPECT_LE(drawn.disk.shortest_sync, drawn.disk.longest_sync);
    latencies.insert(drawn.network.longest.count());
    orders.insert(drawn.network.reorders);
  }
  EXPECT_GT(latencies.size(), 15u);
  EXPECT_EQ(orders.size(), 2u);
}

TEST(SimSettings, what_makes_no_sense_is_refused_with_its_place) {
  EXPECT_NE(refusal_of("[sim]\nlatency_mn_us = 5\n").find("latency_min_us"), std::string::npos);
  EXPECT_NE(refusal_of("[sim]\nlatency_min_us = -1\n").find("plan.toml:7:1"), std::string::npos);
  EXPECT_NE(refusal_of("[sim]\nlatency_min_us = 50\nlatency_max_us = 40\n")
                .find("the longest latency is below the shortest"),
            std::string::npos);
  EXPECT_NE(refusal_of("[sim]\nsync_min_us = 50\nsync_max_us = 40\n")
                .find("the longest sync is below the shortest"),
            std::string::npos);
}

TEST(SimSettings, a_shortest_latency_above_the_usual_longest_raises_the_longest) {
  EXPECT_EQ(settings_of(plan_of("[sim]\nlatency_min_us = 9000\n"), {}).network.longest,
            microseconds(9'000));
}

TEST(SimCluster, can_do_everything) {
  for (const Capability capability :
       {Capability::cut, Capability::reject, Capability::jam, Capability::packet,
        Capability::client_links, Capability::kill, Capability::pause, Capability::power,
        Capability::clock, Capability::disk}) {
    EXPECT_EQ(sim_cannot(capability), "") << to_string(capability);
  }
}

struct Built : World {
  Built() : World(echo(), settings_with(3)), cluster(*simulation, nullptr) {}
  SimCluster cluster;
};

TEST(SimCluster, every_node_has_a_client_machine) {
  Built built;
  EXPECT_EQ(built.cluster.nodes(), (std::vector<NodeName>{"n1", "n2", "n3"}));
  EXPECT_EQ(built.cluster.client_machines(), (std::vector<std::string>{"c1", "c2", "c3"}));
}

TEST(SimCluster, links_have_rules_and_counters_of_their_own_and_heal_together) {
  Built built;
  built.cluster.set_link("c1", "n1", cut());
  EXPECT_FALSE(built.cluster.link("c1", "n1").is_clear());
  EXPECT_TRUE(built.cluster.link("n1", "c1").is_clear());
  built.ask(1);
  EXPECT_EQ(built.cluster.counters("c1", "n1").dropped_by_cut, 1u);
  EXPECT_EQ(built.cluster.counters("c2", "n1").entered, 0u);
  built.cluster.set_link("n1", "n2", cut());
  built.cluster.heal_links();
  EXPECT_TRUE(built.cluster.link("c1", "n1").is_clear());
  EXPECT_TRUE(built.cluster.link("n1", "n2").is_clear());
  EXPECT_EQ(built.ask(2), "2");
}

TEST(SimCluster, healing_delivers_what_a_jam_holds) {
  Built built;
  LinkRule jam;
  jam.block = LinkRule::Block::jam;
  built.cluster.set_link("c1", "n1", jam);
  built.send(1);
  built.pass(milliseconds(100));
  built.cluster.heal_links();
  EXPECT_EQ(built.outcome(milliseconds(100)), "1");
}

TEST(SimCluster, killing_pausing_and_starting_prove_themselves) {
  Built built;
  EXPECT_EQ(built.cluster.pause("n2"), 1);
  EXPECT_EQ(built.cluster.status("n2").state, NodeState::paused);
  EXPECT_EQ(built.cluster.resume("n2"), 1);
  EXPECT_EQ(built.cluster.kill("n2"), 1);
  EXPECT_EQ(built.cluster.kill("n2"), 0);
  EXPECT_EQ(built.cluster.pause("n2"), 0);
  EXPECT_EQ(built.cluster.status("n2").state, NodeState::stopped);
  built.cluster.start("n2");
  EXPECT_EQ(built.cluster.power_off("n2").processes, 1);
  EXPECT_EQ(built.cluster.power_off("n2").processes, 0);
  built.cluster.start("n2");
  EXPECT_EQ(built.cluster.status("n2").state, NodeState::running);
}

TEST(SimCluster, clocks_are_measured_against_the_true_time) {
  Built built;
  built.cluster.set_clock("n1", {seconds(-3), 100'000});
  built.pass(seconds(10));
  EXPECT_EQ(built.cluster.clock_offset("n1"), seconds(-2));
  EXPECT_EQ(built.cluster.clock_offset("n2"), seconds(0));
  built.cluster.set_clock("n1", {});
  EXPECT_EQ(built.cluster.clock_offset("n1"), seconds(0));
}

TEST(SimCluster, a_probe_finds_what_blocks_a_connection_between_whoever_runs) {
  Built built;
  EXPECT_EQ(built.cluster.probe(milliseconds(1)).pairs, 15u);
  EXPECT_TRUE(built.cluster.probe(milliseconds(1)).whole());
  built.cluster.set_link("n1", "n2", cut());
  const Connectivity measured = built.cluster.probe(milliseconds(1));
  ASSERT_EQ(measured.broken.size(), 2u) << "a connection needs both directions";
  EXPECT_EQ(measured.broken[0].why, "cut");
  built.cluster.kill("n2");
  EXPECT_EQ(built.cluster.probe(milliseconds(1)).pairs, 8u);
  EXPECT_TRUE(built.cluster.probe(milliseconds(1)).whole());
}

TEST(SimCluster, trace_lines_come_once) {
  SimulationSettings settings = settings_with(2);
  settings.kept_trace_event = "lead";
  World world(
      [](const NodeName& self, const Clocks&, const Input&, Effects& effects) {
        effects.trace("lead", {{"term", self == "n1" ? 1 : 2}});
        effects.trace("follow", {});
      },
      settings);
  SimCluster cluster(*world.simulation, nullptr);
  const std::vector<TraceEvent> events = cluster.new_trace();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].node, "n1");
  EXPECT_EQ(events[1].fields.integer_or("term", 0), 2);
  EXPECT_TRUE(cluster.new_trace().empty());
}

TEST(SimCluster, a_whole_trace_is_like_that_of_a_program) {
  SimulationSettings settings = settings_with(2);
  settings.keeps_all_trace = true;
  World world(
      [](const NodeName&, const Clocks&, const Input&, Effects& effects) {
        effects.trace("work", {{"x", 1}});
      },
      settings);
  SimCluster cluster(*world.simulation, nullptr);
  cluster.kill("n1");
  cluster.start("n1");
  TraceContinuity continuity;
  int lives = 0;
  for (const TraceEvent& event : cluster.new_trace()) {
    if (continuity.take(event) == TraceContinuity::Place::new_life) ++lives;
    EXPECT_EQ(event.fields.string_or("node", ""), event.node);
    EXPECT_EQ(event.fields.string_or("event", ""), event.event);
  }
  EXPECT_EQ(lives, 3);
  EXPECT_EQ(continuity.lines(), 6u);
  EXPECT_TRUE(continuity.with_gaps().empty());
}

}  // namespace
}  // namespace faultrig::sim
