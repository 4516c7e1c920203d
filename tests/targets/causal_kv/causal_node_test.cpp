// What clients see of a node, and that a node is a function of its inputs.
#include "targets/causal_kv/causal_node.hpp"

#include <gtest/gtest.h>

#include "tests/targets/causal_kv/test_cluster_support.hpp"

namespace faultrig::causal_kv {
namespace {

TestCluster cluster_of(int nodes, CausalConfig config = {}) {
  return TestCluster({.nodes = nodes, .config = config, .bugs = {}, .seed = 1});
}

// The answer to one request, at once.
Value ask(TestCluster& cluster, const NodeName& node, Value::Map body) {
  cluster.request("c1", node, std::move(body));
  EXPECT_EQ(cluster.happenings().back().who, "c1");
  return cluster.happenings().back().fields;
}

std::int64_t refusal(TestCluster& cluster, Value::Map body) {
  return ask(cluster, "n1", std::move(body)).integer_or("code", -1);
}

TEST(CausalNode, RefusesWhatMakesNoSense) {
  TestCluster cluster = cluster_of(2);
  EXPECT_EQ(refusal(cluster, {{"type", "cas"}, {"key", 1}, {"from", 1}, {"to", 2}}), 10);
  EXPECT_EQ(refusal(cluster, {{"type", "read"}}), 12);
  EXPECT_EQ(refusal(cluster, {{"type", "write"}, {"key", 1}}), 12);
  EXPECT_EQ(refusal(cluster, {{"type", "read"}, {"key", 1}}), 20);
  EXPECT_EQ(refusal(cluster, {{"type", "read"}, {"key", 1}, {"seen", Value::list({1, 2, 3})}}), 12);
  Value deep = 1;
  for (int i = 0; i < 40; ++i) deep = Value::list({deep});
  EXPECT_EQ(refusal(cluster, {{"type", "write"}, {"key", 1}, {"value", deep}}), 12);
  EXPECT_EQ(cluster.node("n1").log().size(), 0u);
}

TEST(CausalNode, ARequestWithoutANumberIsRefused) {
  CausalNode node;
  Effects effects;
  node.step(NodeTime(0), Start{"n1", {"n1"}, {}, Random(1)}, effects);
  effects.clear();
  const Value body = Value::map({{"type", "write"}, {"key", 1}, {"value", 2}});
  node.step(NodeTime(1), MessageReceived{{"c1", "n1", body}}, effects);
  ASSERT_EQ(effects.all().size(), 1u);
  EXPECT_EQ(std::get<SendEffect>(effects.all()[0]).message.body.integer_or("code", -1), 12);
}

TEST(CausalNode, AnswersAndNonsenseFromPeersAreIgnored) {
  TestCluster cluster = cluster_of(2);
  const std::size_t before = cluster.happenings().size();
  cluster.request("c1", "n1", {{"type", "read"}, {"key", 1}, {"in_reply_to", 7}});
  CausalNode node = cluster.node("n1");
  Effects effects;
  for (const Value& body : {Value::map({}), Value::map({{"type", "digest"}}),
                            Value::map({{"type", "read"}, {"key", 1}, {"msg_id", 1}})}) {
    node.step(NodeTime(1), MessageReceived{{"n2", "n1", body}}, effects);
  }
  EXPECT_TRUE(effects.all().empty());
  EXPECT_EQ(cluster.happenings().size(), before);
}

// A session that moves takes along what it has seen.
TEST(CausalNode, ASessionThatMovesIsServedOnlyWhereItsPastIs) {
  TestCluster cluster = cluster_of(2);
  const Value empty = Value::list({});
  const Value written =
      ask(cluster, "n1", {{"type", "write"}, {"key", "x"}, {"value", 1}, {"seen", empty}});
  ASSERT_EQ(written.string_or("type", ""), "write_ok");
  const Value seen = *written.find("seen");
  EXPECT_EQ(seen, Value::list({1, 0}));
  const Value::Map read = {{"type", "read"}, {"key", "x"}, {"seen", seen}};
  EXPECT_EQ(ask(cluster, "n2", read).integer_or("code", -1), 11);
  EXPECT_EQ(ask(cluster, "n2", {{"type", "write"}, {"key", "y"}, {"value", 2}, {"seen", seen}})
                .integer_or("code", -1),
            11);
  EXPECT_EQ(cluster.node("n2").log().size(), 0u);
  cluster.settle();
  EXPECT_EQ(*ask(cluster, "n2", read).find("value"), Value(1));
  EXPECT_EQ(*ask(cluster, "n1", read).find("seen"), Value::list({1, 0}));
  EXPECT_EQ(ask(cluster, "n1", {{"type", "read"}, {"key", "x"}}).find("seen"), nullptr);
}

TEST(CausalNode, ABufferThatIsFullDropsWhatAnExchangeBringsAgain) {
  CausalConfig config;
  config.buffered_writes = 2;
  TestCluster cluster = cluster_of(2, config);
  for (int value = 1; value <= 6; ++value) {
    ask(cluster, "n1", {{"type", "write"}, {"key", "x"}, {"value", value}});
  }
  cluster.drop("n1", "n2", "new_write");
  cluster.settle();
  EXPECT_EQ(cluster.node("n2").buffered(), 2u);
  EXPECT_EQ(cluster.node("n2").log().size(), 0u);
  cluster.fire("n2", sync_timer);
  cluster.settle();
  EXPECT_EQ(cluster.node("n2").log().size(), 6u);
  EXPECT_EQ(cluster.node("n2").buffered(), 0u);
  EXPECT_EQ(cluster.disagreement(), "");
}

TEST(CausalNode, OneRoundOfExchangesBringsEverybodyEverything) {
  TestCluster cluster = cluster_of(5);
  for (const NodeName& name : cluster.names()) {
    for (const NodeName& other : cluster.names()) cluster.set_cut(name, other, true);
  }
  for (const NodeName& name : cluster.names()) {
    ask(cluster, name, {{"type", "write"}, {"key", "x"}, {"value", name}});
  }
  EXPECT_NE(cluster.disagreement(), "");
  cluster.heal();
  for (int turn = 0; turn < 4; ++turn) {
    for (const NodeName& name : cluster.names()) cluster.fire(name, sync_timer);
    cluster.settle();
  }
  EXPECT_EQ(cluster.disagreement(), "");
  EXPECT_TRUE(cluster.observer().violations().empty());
  EXPECT_EQ(*ask(cluster, "n1", {{"type", "read"}, {"key", "x"}}).find("value"), Value("n5"));
}

// Whoever leaves out numbers must not set two nodes talking without end.
TEST(CausalNode, AnAnswerThatBringsNothingIsNotAskedForAgain) {
  CausalNode node;
  Effects effects;
  node.step(NodeTime(0), Start{"n1", {"n1", "n2"}, {}, Random(1)}, effects);
  effects.clear();
  VectorClock after(2);
  after.set(1, 6);
  const auto write = std::make_shared<const Write>(1, 7, 9, after, "x", 1);
  const Value body = to_body(Missing{0, after, true, {write}});
  node.step(NodeTime(1), MessageReceived{{"n2", "n1", body}}, effects);
  EXPECT_EQ(node.buffered(), 1u);
  for (const Effect& effect : effects.all()) {
    EXPECT_FALSE(std::holds_alternative<SendEffect>(effect));
  }
}

// A simulation hands bodies on as they are, a wire as text.
TEST(CausalNode, ACloneGoesOnAsTheOriginalDoesAndTextIsAsGoodAsTheBodyItself) {
  TestCluster cluster = cluster_of(3);
  ask(cluster, "n1", {{"type", "write"}, {"key", "x"}, {"value", 1}});
  ASSERT_FALSE(cluster.waiting().empty());
  const Message native = cluster.waiting().front();
  ASSERT_NE(native.native, nullptr);
  const Message text = message_from_line(to_line(native));
  ASSERT_EQ(text.native, nullptr);
  const std::unique_ptr<Node> one = cluster.node(native.dest).clone();
  const std::unique_ptr<Node> other = cluster.node(native.dest).clone();
  Effects first, second;
  one->step(NodeTime(5), MessageReceived{native}, first);
  other->step(NodeTime(5), MessageReceived{text}, second);
  ASSERT_EQ(first.all().size(), second.all().size());
  EXPECT_EQ(one->describe(), other->describe());
  EXPECT_EQ(one->describe(), "clock=[1,0,0] shown=0 of 1 buffered=0");
  for (std::size_t i = 0; i < first.all().size(); ++i) {
    const auto* write = std::get_if<DiskWrite>(&first.all()[i]);
    if (write == nullptr) continue;
    EXPECT_EQ(write->bytes, std::get<DiskWrite>(second.all()[i]).bytes);
  }
}

}  // namespace
}  // namespace faultrig::causal_kv
