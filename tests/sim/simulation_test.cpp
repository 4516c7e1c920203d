// Nodes of a simulation: their timers, disks, clocks and lives, and what is wrong with them.
#include "harness/sim/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// When it starts, sets timer i for `after[i]`.
Behaviour alarms(std::vector<nanoseconds> after) {
  return [after](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    if (!std::holds_alternative<Start>(input)) return;
    for (std::size_t i = 0; i < after.size(); ++i) {
      effects.set_timer(static_cast<TimerId>(i), after[i]);
    }
  };
}

TEST(Simulation, timers_fire_once_and_in_the_order_of_their_time) {
  World world(alarms({milliseconds(30), milliseconds(10), milliseconds(20)}));
  world.pass(milliseconds(10));
  EXPECT_EQ(world.count("n1", "timer 1"), 1u);
  EXPECT_EQ(world.count("n1", "timer 2"), 0u);
  world.pass(seconds(1));
  EXPECT_EQ(world.inputs("n1"),
            (std::vector<std::string>{"start", "timer 1", "timer 2", "timer 0"}));
}

TEST(Simulation, a_timer_set_again_moves_and_a_cancelled_one_never_fires) {
  std::vector<Time> fired;
  Simulation* simulation = nullptr;
  World world([&](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    if (std::holds_alternative<Start>(input)) {
      effects.set_timer(0, milliseconds(10));
      effects.set_timer(0, milliseconds(40));  // later
      effects.set_timer(1, milliseconds(40));
      effects.set_timer(1, milliseconds(10));  // sooner
      effects.set_timer(2, milliseconds(5));
      effects.cancel_timer(2);
      effects.cancel_timer(77);
      effects.set_timer(3, milliseconds(5));
      effects.cancel_timer(3);
      effects.set_timer(3, milliseconds(20));
    } else {
      fired.push_back(simulation->now());
    }
  });
  simulation = world.simulation.get();
  world.pass(seconds(1));
  EXPECT_EQ(world.inputs("n1"),
            (std::vector<std::string>{"start", "timer 1", "timer 3", "timer 0"}));
  EXPECT_EQ(fired, (std::vector<Time>{milliseconds(10), milliseconds(20), milliseconds(40)}));
}

TEST(Simulation, timers_go_by_the_clock_of_their_node_whenever_it_is_set) {
  World world(alarms({milliseconds(100)}), settings_with(3));
  world.simulation->set_clock(0, {{}, 1'000'000});  // twice as fast
  world.simulation->set_clock(1, {seconds(100), 0});
  world.simulation->set_clock(2, {{}, -500'000});  // half as fast
  world.pass(milliseconds(50));
  EXPECT_EQ(world.count("n1", "timer 0"), 1u);
  world.pass(milliseconds(49));
  EXPECT_EQ(world.count("n2", "timer 0"), 0u) << "a wall clock that is set moves no timer";
  world.pass(milliseconds(1));
  EXPECT_EQ(world.count("n2", "timer 0"), 1u);
  world.simulation->set_clock(2, {});
  world.pass(milliseconds(49));
  EXPECT_EQ(world.count("n3", "timer 0"), 0u);
  world.pass(milliseconds(1));
  EXPECT_EQ(world.count("n3", "timer 0"), 1u);
}

TEST(Simulation, a_paused_node_does_nothing_and_then_everything_that_waited) {
  World world(alarms({milliseconds(10), milliseconds(20)}));
  EXPECT_TRUE(world.simulation->pause(0));
  EXPECT_FALSE(world.simulation->pause(0));
  EXPECT_EQ(world.simulation->status(0).state, NodeState::paused);
  world.pass(seconds(1));
  EXPECT_EQ(world.inputs("n1").size(), 1u);
  EXPECT_TRUE(world.simulation->resume(0));
  EXPECT_FALSE(world.simulation->resume(0));
  EXPECT_EQ(world.inputs("n1"), (std::vector<std::string>{"start", "timer 0", "timer 1"}));
}

TEST(Simulation, timers_and_writes_of_a_dead_process_reach_no_later_life) {
  World world([](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    if (!std::holds_alternative<Start>(input)) return;
    if (!std::get<Start>(input).disk.empty()) return;
    effects.set_timer(0, milliseconds(10));
    effects.persist({1, DiskWrite::Kind::append, "log", "x", true});
  });
  world.pass(milliseconds(5));
  EXPECT_EQ(world.count("n1", "persisted 1"), 1u);
  EXPECT_TRUE(world.simulation->kill(0));
  EXPECT_FALSE(world.simulation->kill(0));
  EXPECT_EQ(world.simulation->status(0).state, NodeState::stopped);
  world.simulation->start(0);
  world.simulation->start(0);  // it runs already
  world.pass(seconds(1));
  EXPECT_EQ(world.inputs("n1"), (std::vector<std::string>{"start", "persisted 1", "start"}));
}

TEST(Simulation, what_was_persisted_is_there_at_the_next_start) {
  std::vector<DiskImage> starts;
  World world([&](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    const auto* start = std::get_if<Start>(&input);
    if (start == nullptr) return;
    starts.push_back(start->disk);
    effects.persist({1, DiskWrite::Kind::append, "log", "x", true});
  });
  for (int life = 0; life < 3; ++life) {
    world.pass(milliseconds(5));
    world.simulation->power_off(0);
    world.simulation->start(0);
  }
  ASSERT_EQ(starts.size(), 4u);
  EXPECT_TRUE(starts[0].empty());
  EXPECT_EQ(starts[3], (DiskImage{{"log", "xxx"}}));
}

TEST(Simulation, every_life_has_chance_of_its_own) {
  std::vector<std::uint64_t> draws;
  World world(
      [&](const NodeName&, const Clocks&, const Input& input, Effects&) {
        if (const auto* start = std::get_if<Start>(&input)) {
          draws.push_back(Random(start->random).next());
        }
      },
      settings_with(2));
  world.simulation->kill(0);
  world.simulation->start(0);
  ASSERT_EQ(draws.size(), 3u);
  EXPECT_NE(draws[0], draws[1]);
  EXPECT_NE(draws[0], draws[2]);
}

TEST(Simulation, all_nodes_know_all_nodes_in_one_order_and_clocks_of_their_own) {
  std::vector<NodeTime> shown;
  World world(
      [&](const NodeName&, const Clocks& clocks, const Input& input, Effects&) {
        EXPECT_EQ(std::get<Start>(input).nodes, (std::vector<NodeName>{"n1", "n2", "n3"}));
        shown.push_back(clocks.monotonic);
      },
      settings_with(3));
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(std::unique(shown.begin(), shown.end()), shown.end());
}

TEST(Simulation, messages_reach_peers_itself_and_the_next_life_of_a_peer) {
  World world(
      [](const NodeName& self, const Clocks&, const Input& input, Effects& effects) {
        if (self != "n1" || !std::holds_alternative<Start>(input)) return;
        effects.send(message("n1", "n2", "hello"));
        effects.send(message("n1", "n1", "note"));
        effects.send(message("n1", "n9", "lost"));
      },
      settings_with(2));
  world.simulation->kill(1);
  world.simulation->start(1);
  world.pass(milliseconds(10));
  EXPECT_EQ(world.inputs("n1"), (std::vector<std::string>{"start", "message note 0"}));
  EXPECT_EQ(world.inputs("n2"), (std::vector<std::string>{"start", "start", "message hello 0"}));
}

TEST(Simulation, a_peer_message_may_arrive_twice) {
  World world(
      [](const NodeName& self, const Clocks&, const Input& input, Effects& effects) {
        if (self == "n1" && std::holds_alternative<TimerFired>(input)) {
          effects.send(message("n1", "n2", "hello"));
        }
        if (std::holds_alternative<Start>(input)) effects.set_timer(0, milliseconds(1));
      },
      settings_with(2));
  LinkRule twice;
  twice.duplicate = {1, 1};
  world.simulation->set_rule(0, 1, twice);
  world.pass(seconds(1));
  EXPECT_EQ(world.count("n2", "message hello 0"), 2u);
}

TEST(Simulation, a_node_that_throws_dies_and_its_step_is_named) {
  World world([](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    if (std::holds_alternative<Start>(input)) effects.set_timer(0, milliseconds(10));
    if (std::holds_alternative<TimerFired>(input)) throw std::runtime_error("out of cheese");
  });
  world.send(1);
  world.pass(milliseconds(20));
  EXPECT_EQ(world.simulation->status(0).state, NodeState::exited);
  EXPECT_EQ(world.simulation->status(0).how, "it threw at step 3: out of cheese");
  EXPECT_EQ(world.outcome(), "broken: n1: connection closed by the node");
  EXPECT_TRUE(world.simulation->violations().empty()) << "dying is a failure of a node, no breach";
  world.simulation->kill(0);
  EXPECT_EQ(world.simulation->status(0).state, NodeState::stopped);
  EXPECT_EQ(world.simulation->status(0).how, "");
  world.simulation->start(0);
  EXPECT_EQ(world.simulation->status(0).state, NodeState::running);
}

TEST(Simulation, a_node_that_breaks_its_contract_dies_with_a_violation) {
  World world(
      [](const NodeName& self, const Clocks&, const Input&, Effects& effects) {
        if (self == "n2") effects.send(message("n1", "n3", "forged"));
      },
      settings_with(3));
  EXPECT_EQ(world.simulation->status(1).how,
            "it broke the node contract at step 2: it sends in the name of `n1`");
  ASSERT_EQ(world.simulation->violations().size(), 1u);
  const SeenViolation& seen = world.simulation->violations().front();
  EXPECT_EQ(seen.violation.property, "node-contract");
  EXPECT_EQ(seen.violation.what, "n2 at step 2: it sends in the name of `n1`");
  EXPECT_EQ(seen.node, "n2");
  EXPECT_EQ(seen.step, 2u);
  world.pass(seconds(1));
  EXPECT_EQ(world.count("n3", "message forged 0"), 0u);
}

TEST(Simulation, an_effect_outside_of_any_step_is_named_with_the_node_it_came_from) {
  Effects* kept = nullptr;
  World world(
      [&](const NodeName& self, const Clocks&, const Input& input, Effects& effects) {
        if (self == "n1" && kept == nullptr) kept = &effects;
        if (std::holds_alternative<Start>(input)) {
          effects.set_timer(0, milliseconds(self == "n1" ? 20 : 10));
        }
      },
      settings_with(2));
  kept->send(message("n1", "n2", "late"));
  world.pass(seconds(1));
  ASSERT_EQ(world.simulation->violations().size(), 1u);
  EXPECT_EQ(world.simulation->violations().front().violation.what,
            "n1 at step 4: an effect came outside of any step");
  EXPECT_EQ(world.count("n2", "message late 0"), 0u);
}

class CountingObserver final : public ClusterObserver {
 public:
  explicit CountingObserver(std::vector<std::string>& seen) : seen_(seen) {}
  void after_step(std::size_t stepped, std::span<const Node* const> nodes) override {
    std::string line = "step";
    for (const Node* node : nodes) line += node == nullptr ? " -" : " " + node->describe();
    seen_.push_back(line);
    if (stepped == 1) violations_.push_back({"no-second-node", "n2 stepped"});
  }
  void on_request(const Message& request) override { seen_.push_back("request " + request.src); }
  void on_reply(const Message& reply) override { seen_.push_back("reply " + reply.dest); }
  const std::vector<Violation>& violations() const override { return violations_; }

 private:
  std::vector<std::string>& seen_;
  std::vector<Violation> violations_;
};

TEST(Simulation, an_observer_sees_every_step_request_and_answer) {
  std::vector<std::string> seen;
  SimulatedTarget target = target_of(echo());
  target.make_observer = [&](const NodeSettings&) {
    return std::make_unique<CountingObserver>(seen);
  };
  Simulation simulation(target, settings_with(2));
  simulation.start(0);
  simulation.request(0, "c0", 0, Value::map({{"type", "ask"}}));
  simulation.advance(seconds(1));
  EXPECT_EQ(seen, (std::vector<std::string>{"step n1 -", "request c0", "step n1 -", "reply c0"}));
  EXPECT_TRUE(simulation.violations().empty());
  simulation.start(1);
  ASSERT_EQ(simulation.violations().size(), 1u);
  EXPECT_EQ(simulation.violations().front().violation.property, "no-second-node");
  EXPECT_EQ(simulation.violations().front().step, 3u);
}

// Nodes that talk at random moments, and clients that ask; the digest and the inputs of the run.
std::pair<std::string, std::vector<std::string>> chatter(std::uint64_t seed) {
  struct Chatty {
    Random random{0};
  };
  auto states = std::make_shared<std::map<NodeName, Chatty>>();
  World world(
      [states](const NodeName& self, const Clocks& clocks, const Input& input, Effects& effects) {
        Chatty& state = (*states)[self];
        if (const auto* start = std::get_if<Start>(&input)) state.random = start->random;
        echo()(self, clocks, input, effects);
        if (std::holds_alternative<MessageReceived>(input)) return;
        effects.set_timer(0, state.random.between(milliseconds(1), milliseconds(20)));
        effects.send(message(self, "n" + std::to_string(1 + state.random.below(3)), "chat",
                             static_cast<std::int64_t>(state.random.below(100))));
      },
      settings_with(3, 3, seed));
  LinkRule rule;
  rule.loss = {1, 4};
  world.simulation->set_rule(0, 1, rule);
  for (int i = 0; i < 30; ++i) {
    if (i == 10) world.simulation->kill(1);
    if (i == 20) world.simulation->start(1);
    world.ask(i, i % 3, static_cast<std::size_t>(i % 3));
  }
  std::vector<std::string> inputs;
  for (const auto& entry : world.inputs_) {
    inputs.insert(inputs.end(), entry.second.begin(), entry.second.end());
  }
  return {world.simulation->digest().text(), inputs};
}

TEST(Simulation, one_seed_is_one_run_and_another_seed_another) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_EQ(chatter(seed), chatter(seed));
    EXPECT_NE(chatter(seed).first, chatter(seed + 1).first);
  }
}

TEST(Simulation, recording_a_run_does_not_change_it) {
  const auto digest_with = [](RunTrace* recording) {
    SimulationSettings settings = settings_with(2);
    settings.recording = recording;
    World world(alarms({milliseconds(3), milliseconds(9)}), settings);
    for (int i = 0; i < 5; ++i) world.ask(i);
    return world.simulation->digest().text();
  };
  RunTrace recording;
  EXPECT_EQ(digest_with(&recording), digest_with(nullptr));
  EXPECT_FALSE(recording.steps().empty());
}

TEST(Simulation, bad_settings_are_refused_before_anything_happens) {
  SimulatedTarget target = target_of(silent());
  target.make_node = [](const NodeSettings&) -> std::unique_ptr<Node> {
    throw std::invalid_argument("no such option");
  };
  EXPECT_THROW(Simulation(target, settings_with(1)), std::invalid_argument);
  EXPECT_THROW(Simulation(target_of(silent()), settings_with(0)), std::logic_error);
}

TEST(Simulation, names_are_those_of_its_nodes) {
  World world(silent(), settings_with(12));
  EXPECT_EQ(world.simulation->node_named("n12"), 11u);
  for (const char* name : {"n0", "n13", "n", "", "c1", "n1x", "n-1"}) {
    EXPECT_FALSE(world.simulation->node_named(name)) << name;
  }
}

}  // namespace
}  // namespace faultrig::sim
