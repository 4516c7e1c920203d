#include "harness/sim/double_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

using std::chrono::milliseconds;

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

// Two nodes that wake up every 10 ms and do as `act` says; recorded for 100 ms.
std::unique_ptr<RunTrace> recorded(const Behaviour& act, std::uint64_t seed = 1) {
  auto trace = std::make_unique<RunTrace>();
  SimulationSettings settings = settings_with(2, 1, seed);
  settings.recording = trace.get();
  World world(
      [act](const NodeName& self, const Clocks& clocks, const Input& input, Effects& effects) {
        if (!std::holds_alternative<MessageReceived>(input)) effects.set_timer(0, milliseconds(10));
        act(self, clocks, input, effects);
      },
      settings);
  world.pass(milliseconds(100));
  return trace;
}

TEST(DoubleRun, equal_runs_do_not_differ) {
  const Behaviour act = [](const NodeName& self, const Clocks&, const Input& input,
                           Effects& effects) {
    if (std::holds_alternative<TimerFired>(input)) effects.send(message(self, "n2", "tick"));
  };
  const auto a = recorded(act), b = recorded(act);
  EXPECT_GT(a->steps().size(), 20u);
  EXPECT_EQ(first_difference(*a, *b), "");
}

TEST(DoubleRun, a_node_that_counts_outside_of_itself_is_named_with_its_step) {
  int calls = 0;
  const Behaviour act = [&calls](const NodeName& self, const Clocks&, const Input& input,
                                 Effects& effects) {
    if (self != "n2" || !std::holds_alternative<TimerFired>(input)) return;
    effects.send(message(self, "n1", "count", ++calls));
  };
  const auto a = recorded(act), b = recorded(act);
  const auto& steps = a->steps();
  const auto first = std::find_if(steps.begin(), steps.end(), [](const StepTrace& step) {
    return step.node == 1 && step.at >= milliseconds(10);
  });
  ASSERT_NE(first, steps.end());
  const std::string text = first_difference(*a, *b);
  EXPECT_TRUE(text.starts_with("first step that differs: step " +
                               std::to_string(first - steps.begin() + 1) + ", node n2 at 0.01"))
      << text;
  EXPECT_TRUE(says(text, "the same input, other effects")) << text;
}

// The order of a container that sorts or hashes by address: here the addresses are ours to choose.
TEST(DoubleRun, a_node_that_looks_at_addresses_is_named) {
  const std::string names[] = {"n1", "n2"};
  const auto visiting = [](const std::string* first, const std::string* second) -> Behaviour {
    return [=](const NodeName& self, const Clocks&, const Input& input, Effects& effects) {
      if (self != "n1" || !std::holds_alternative<TimerFired>(input)) return;
      std::vector<const std::string*> peers = {first, second};
      std::sort(peers.begin(), peers.end());
      for (const std::string* peer : peers) {
        effects.send(message(self, peer == first ? "n2" : "n1", "visit"));
      }
    };
  };
  const auto a = recorded(visiting(&names[0], &names[1]));
  const auto b = recorded(visiting(&names[1], &names[0]));
  const std::string text = first_difference(*a, *b);
  EXPECT_TRUE(says(text, "node n1 at 0.01")) << text;
  EXPECT_TRUE(says(text, "an address")) << text;
}

TEST(DoubleRun, a_draw_too_many_is_named_with_its_stream) {
  bool draws_more = false;
  const Behaviour act = [&](const NodeName& self, const Clocks&, const Input& input, Effects&) {
    const auto* start = std::get_if<Start>(&input);
    if (start == nullptr || self != "n2") return;
    Random random = start->random;
    random.next();
    if (draws_more) random.next();
  };
  const auto a = recorded(act);
  draws_more = true;
  const auto b = recorded(act);
  const std::string text = first_difference(*a, *b);
  EXPECT_FALSE(says(text, "first step")) << "what it did is the same: " << text;
  EXPECT_TRUE(text.starts_with("one run drew ")) << text;
}

RunTrace draws(const std::vector<std::pair<std::string, std::uint64_t>>& drawn) {
  RunTrace trace;
  trace.on_fork(1, "run", 2);
  trace.on_fork(2, "disk", 3);
  trace.on_fork(2, "network", 4);
  for (const auto& [stream, value] : drawn) trace.on_draw(stream == "disk" ? 3 : 4, value);
  return trace;
}

TEST(DoubleRun, the_first_draw_that_differs_is_named_with_its_stream) {
  EXPECT_EQ(
      first_difference(draws({{"disk", 5}, {"network", 6}}), draws({{"disk", 5}, {"network", 7}})),
      "first draw that differs: number 2, 0000000000000006 of stream run/network in one run, "
      "0000000000000007 of stream run/network in the other");
  EXPECT_EQ(first_difference(draws({{"disk", 5}}), draws({{"network", 5}})),
            "first draw that differs: number 1, 0000000000000005 of stream run/disk in one run, "
            "0000000000000005 of stream run/network in the other");
  EXPECT_EQ(first_difference(draws({{"disk", 5}}), draws({{"disk", 5}, {"disk", 6}})),
            "one run drew 1 times, the other 2; all draws before agree");
}

TEST(DoubleRun, a_recorded_stream_tells_every_draw_and_draws_the_same) {
  RunTrace trace;
  Random plain = Random(7).fork("x");
  Random watched = Random(7, &trace).fork("x");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(plain.next(), watched.next());
  Random copy = watched;
  EXPECT_EQ(copy.fork("y").next(), plain.fork("y").next());
  RunTrace again;
  Random rest = Random(7, &again).fork("x");
  for (int i = 0; i < 10; ++i) rest.next();
  EXPECT_EQ(first_difference(trace, again),
            "one run drew 11 times, the other 10; all draws before agree");
}

TEST(DoubleRun, a_step_too_many_is_told) {
  RunTrace a, b;
  a.on_step({milliseconds(1), 0, 1, 1});
  EXPECT_EQ(first_difference(a, b), "first step that differs: one run took 1 steps, the other 0");
}

TEST(DoubleRun, another_input_and_another_node_are_told_from_other_effects) {
  RunTrace a, input, node;
  a.on_step({milliseconds(1), 0, 1, 1});
  input.on_step({milliseconds(1), 0, 2, 1});
  node.on_step({milliseconds(1), 1, 1, 1});
  EXPECT_TRUE(says(first_difference(a, input), "another input"));
  EXPECT_TRUE(says(first_difference(a, node), "another node, or another instant"));
}

}  // namespace
}  // namespace faultrig::sim
