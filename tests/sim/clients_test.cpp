// Clients of a simulation behave like those of harness/live over TCP.
#include <gtest/gtest.h>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An answering world in which worker 0 is connected with n1 already.
struct Connected : World {
  explicit Connected(Behaviour behaviour = echo()) : World(std::move(behaviour)) {
    EXPECT_EQ(ask(1), "1");
  }
};

LinkRule block(LinkRule::Block how) {
  LinkRule rule;
  rule.block = how;
  return rule;
}

TEST(SimulatedClient, a_request_is_answered) {
  World world(echo());
  EXPECT_EQ(world.ask(7), "7");
  EXPECT_EQ(world.ask(8), "8");
  EXPECT_EQ(world.inputs("n1"),
            (std::vector<std::string>{"start", "message ask 7", "message ask 8"}));
}

TEST(SimulatedClient, the_first_request_pays_for_the_connection) {
  World world(echo());
  world.ask(1);
  EXPECT_EQ(world.simulation->network().counters(world.client(), 0).entered, 2u);
  world.ask(2);
  EXPECT_EQ(world.simulation->network().counters(world.client(), 0).entered, 3u);
  world.simulation->disconnect(0);
  world.ask(3);
  EXPECT_EQ(world.simulation->network().counters(world.client(), 0).entered, 5u);
}

TEST(SimulatedClient, a_kill_breaks_what_was_sent) {
  World world(silent());
  world.send(1);
  world.pass(milliseconds(10));
  EXPECT_EQ(world.count("n1", "message ask 1"), 1u);
  world.simulation->kill(0);
  EXPECT_EQ(world.outcome(milliseconds(10)), "broken: n1: connection closed by the node");
}

TEST(SimulatedClient, a_request_on_its_way_to_a_node_that_dies_is_broken_or_refused) {
  Connected world;
  world.send(2);
  world.simulation->kill(0);
  EXPECT_EQ(world.outcome(milliseconds(10)), "broken: n1: connection closed by the node");
  EXPECT_EQ(world.ask(3), "not-sent: n1: connection refused");
}

TEST(SimulatedClient, a_request_to_an_earlier_life_reaches_no_later_one) {
  Connected world;
  world.send(2);
  world.simulation->kill(0);
  world.simulation->start(0);
  EXPECT_EQ(world.outcome(milliseconds(10)), "broken: n1: connection closed by the node");
  world.pass(seconds(1));
  EXPECT_EQ(world.count("n1", "message ask 2"), 0u);
  EXPECT_EQ(world.ask(3), "3");
}

TEST(SimulatedClient, an_idle_connection_that_the_node_ended_is_made_anew) {
  Connected world;
  world.simulation->kill(0);
  world.simulation->start(0);
  world.pass(milliseconds(10));
  EXPECT_EQ(world.ask(2), "2");
}

TEST(SimulatedClient, a_node_that_is_down_refuses) {
  World world(echo());
  world.simulation->kill(0);
  world.send(1);
  EXPECT_EQ(world.outcome(milliseconds(10)), "not-sent: n1: connection refused");
}

TEST(SimulatedClient, a_machine_without_power_says_nothing) {
  Connected world;
  world.simulation->power_off(0);
  EXPECT_EQ(world.ask(2), "timed-out: n1: no answer in time") << "nobody told it";
  EXPECT_EQ(world.ask(3), "not-sent: n1: not connected in time");
  world.simulation->start(0);
  EXPECT_EQ(world.ask(4), "4");
}

TEST(SimulatedClient, a_cut_times_out_what_was_sent_and_lets_nothing_connect) {
  Connected world;
  world.simulation->set_rule(world.client(), 0, cut());
  world.send(2);
  EXPECT_EQ(world.outcome(milliseconds(999)), "nothing");
  EXPECT_EQ(world.outcome(milliseconds(1)), "timed-out: n1: no answer in time");
  EXPECT_EQ(world.ask(3), "not-sent: n1: not connected in time");
  world.simulation->set_rule(world.client(), 0, {});
  EXPECT_EQ(world.ask(4), "4");
  EXPECT_EQ(world.count("n1", "message ask 2"), 0u);
}

TEST(SimulatedClient, a_cut_of_the_way_back_loses_the_answer_and_not_the_request) {
  Connected world;
  world.simulation->set_rule(0, world.client(), cut());
  EXPECT_EQ(world.ask(2), "timed-out: n1: no answer in time");
  EXPECT_EQ(world.count("n1", "message ask 2"), 1u);
}

TEST(SimulatedClient, a_paused_node_takes_connections_and_answers_nobody) {
  World world(echo());
  world.simulation->pause(0);
  EXPECT_EQ(world.ask(1), "timed-out: n1: no answer in time");
  EXPECT_EQ(world.count("n1", "message ask 1"), 0u);
}

TEST(SimulatedClient, an_answer_that_comes_too_late_answers_no_later_request) {
  Connected world;
  world.simulation->pause(0);
  EXPECT_EQ(world.ask(2), "timed-out: n1: no answer in time");
  world.simulation->disconnect(0);
  world.send(3);
  world.pass(milliseconds(500));
  world.simulation->resume(0);
  EXPECT_EQ(world.outcome(), "3");
  EXPECT_EQ(world.count("n1", "message ask 2"), 1u) << "it was done all the same";
  EXPECT_EQ(world.outcome(seconds(3)), "nothing");
}

TEST(SimulatedClient, killed_while_paused_it_never_does_what_waited) {
  Connected world;
  world.simulation->pause(0);
  world.send(2);
  world.pass(milliseconds(10));
  world.simulation->kill(0);
  EXPECT_EQ(world.outcome(milliseconds(10)), "broken: n1: connection closed by the node");
  world.simulation->start(0);
  world.pass(seconds(2));
  EXPECT_EQ(world.count("n1", "message ask 2"), 0u);
  EXPECT_EQ(world.ask(3), "3");
}

TEST(SimulatedClient, what_the_kernel_of_a_paused_node_has_no_later_cut_takes_away) {
  Connected world;
  world.simulation->pause(0);
  world.send(2);
  world.pass(milliseconds(10));
  world.simulation->set_rule(world.client(), 0, cut());
  world.simulation->resume(0);
  EXPECT_EQ(world.outcome(), "2");
  const LinkCounters counters = world.simulation->network().counters(world.client(), 0);
  EXPECT_EQ(counters.dropped_by_cut, 0u);
  EXPECT_EQ(counters.forwarded, counters.entered);
}

TEST(SimulatedClient, a_refusing_network_is_told_at_once) {
  World world(echo());
  world.simulation->set_rule(world.client(), 0, block(LinkRule::Block::reject));
  world.send(1);
  EXPECT_EQ(world.outcome(Duration(0)), "not-sent: n1: the network refused the packet");
  world.simulation->set_rule(world.client(), 0, {});
  EXPECT_EQ(world.ask(2), "2");
  world.simulation->set_rule(world.client(), 0, block(LinkRule::Block::reject));
  world.send(3);
  EXPECT_EQ(world.outcome(Duration(0)), "broken: n1: the network refused the packet");
}

TEST(SimulatedClient, nothing_arrives_twice_over_a_link_that_sends_everything_twice) {
  World world(echo());
  LinkRule twice;
  twice.duplicate = {1, 1};
  world.simulation->set_rule(world.client(), 0, twice);
  world.simulation->set_rule(0, world.client(), twice);
  for (int value = 1; value <= 20; ++value) EXPECT_EQ(world.ask(value), std::to_string(value));
  world.pass(seconds(1));
  EXPECT_EQ(world.inputs("n1").size(), 21u);
  EXPECT_EQ(world.outcome(seconds(1)), "nothing");
}

TEST(SimulatedClient, a_jammed_request_is_delivered_after_its_client_has_given_up) {
  Connected world;
  world.simulation->set_rule(world.client(), 0, block(LinkRule::Block::jam));
  EXPECT_EQ(world.ask(2), "timed-out: n1: no answer in time");
  world.simulation->set_rule(world.client(), 0, {});
  world.pass(milliseconds(10));
  EXPECT_EQ(world.count("n1", "message ask 2"), 1u);
}

TEST(SimulatedClient, an_answer_to_another_request_or_to_nobody_is_ignored) {
  World world([](const NodeName& self, const Clocks&, const Input& input, Effects& effects) {
    const auto* received = std::get_if<MessageReceived>(&input);
    if (received == nullptr) return;
    const std::string& client = received->message.src;
    effects.send({self, client, Value::map({{"type", "ok"}, {"value", 1}, {"in_reply_to", 99}})});
    effects.send({self, client, Value::map({{"type", "ok"}, {"value", 2}})});
    effects.send({self, "c7x", Value::map({{"type", "ok"}, {"value", 3}})});
    effects.send({self, "nobody", Value::map({{"type", "ok"}, {"value", 4}})});
    effects.send(reply_to(received->message, {{"type", "ok"}, {"value", 5}}));
    effects.send(reply_to(received->message, {{"type", "ok"}, {"value", 6}}));
  });
  EXPECT_EQ(world.ask(0), "5");
  EXPECT_EQ(world.outcome(seconds(2)), "nothing");
}

TEST(SimulatedClient, workers_have_connections_and_answers_of_their_own) {
  World world(echo(), settings_with(2, 4));
  for (WorkerId worker = 0; worker < 4; ++worker) {
    world.send(worker, worker, static_cast<std::size_t>(worker % 2));
  }
  std::vector<ClientResult> results;
  while (results.size() < 4) {
    world.pass(seconds(1));
    for (ClientResult& result : world.simulation->take_results()) {
      results.push_back(std::move(result));
    }
  }
  for (const ClientResult& result : results) {
    EXPECT_EQ(std::get<Value>(result.outcome).integer_or("value", -1), result.worker);
  }
}

TEST(SimulatedClient, one_that_gives_up_gets_no_result) {
  Connected world;
  world.send(2);
  world.simulation->disconnect(0);
  EXPECT_EQ(world.outcome(seconds(2)), "nothing");
  world.simulation->set_rule(world.client(), 0, block(LinkRule::Block::reject));
  world.send(3);
  EXPECT_TRUE(world.simulation->has_results());
  world.simulation->disconnect(0);
  EXPECT_FALSE(world.simulation->has_results());
}

TEST(SimulatedClient, asking_twice_at_once_is_our_bug) {
  World world(silent());
  world.send(1);
  EXPECT_THROW(world.send(2), std::logic_error);
}

TEST(SimulatedClient, time_stands_still_at_the_instant_a_request_ends) {
  World world(echo());
  world.send(1);
  world.simulation->advance(seconds(5));
  EXPECT_TRUE(world.simulation->has_results());
  EXPECT_LT(world.simulation->now(), milliseconds(20));
  world.simulation->take_results();
  world.simulation->advance(seconds(5));
  EXPECT_EQ(world.simulation->now(), seconds(5));
}

}  // namespace
}  // namespace faultrig::sim
