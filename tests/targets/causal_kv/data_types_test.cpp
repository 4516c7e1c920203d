// The set, the counter and the ids of causal_kv: what clients see, that order makes no difference,
// and that writes of every kind survive the disk and the way to a peer.
#include <gtest/gtest.h>

#include <set>

#include "harness/random.hpp"
#include "tests/targets/causal_kv/test_cluster_support.hpp"

namespace faultrig::causal_kv {
namespace {

TestCluster cluster_for(const char* workload) {
  CausalConfig config;
  config.keyless_reads = keyless_subject(workload);
  return TestCluster({.nodes = 3, .config = config, .bugs = {}, .seed = 1});
}

Value ask(TestCluster& cluster, const NodeName& node, Value::Map body) {
  cluster.request("c1", node, std::move(body));
  EXPECT_EQ(cluster.happenings().back().who, "c1");
  return cluster.happenings().back().fields;
}

SharedWrite write_of(WriteKind kind, Value value, Sequence sequence = 1) {
  VectorClock after(2);
  after.set(0, sequence - 1);
  const Value key = kind == WriteKind::put ? Value("x") : Value();
  return std::make_shared<const Write>(0, sequence, sequence, after, key, std::move(value), kind);
}

std::vector<SharedWrite> one_of_each_kind() {
  return {write_of(WriteKind::put, 7, 1), write_of(WriteKind::element, Value::list({1}), 2),
          write_of(WriteKind::delta, -5, 3), write_of(WriteKind::id, {}, 4)};
}

TEST(CausalSet, EveryElementIsOnEveryNodeOnce) {
  TestCluster cluster = cluster_for("set");
  for (const char* node : {"n1", "n2", "n1"}) {
    EXPECT_EQ(ask(cluster, node, {{"type", "add"}, {"element", node}}).string_or("type", ""),
              "add_ok");
  }
  cluster.settle();
  for (const char* node : {"n1", "n2", "n3"}) {
    EXPECT_EQ(*ask(cluster, node, {{"type", "read"}}).find("value"), Value::list({"n1", "n2"}));
  }
  EXPECT_TRUE(cluster.observer().violations().empty());
}

TEST(CausalCounter, EveryDeltaCountsOnEveryNodeOnce) {
  TestCluster cluster = cluster_for("counter");
  ask(cluster, "n1", {{"type", "add"}, {"delta", 4}});
  ask(cluster, "n2", {{"type", "add"}, {"delta", -6}});
  ask(cluster, "n2", {{"type", "add"}, {"delta", 4}});
  cluster.settle();
  for (const char* node : {"n1", "n2", "n3"}) {
    EXPECT_EQ(ask(cluster, node, {{"type", "read"}}).integer_or("value", 0), 2);
  }
  EXPECT_EQ(ask(cluster, "n1", {{"type", "add"}, {"delta", "4"}}).integer_or("code", 0), 12);
  EXPECT_EQ(ask(cluster, "n1", {{"type", "add"}, {"delta", INT64_MAX}}).integer_or("code", 0), 12);
}

TEST(CausalIds, AreGivenOutOnceAlsoByANodeThatWasAway) {
  TestCluster cluster = cluster_for("unique_ids");
  std::set<Value> ids;
  for (int i = 0; i < 10; ++i) {
    for (const char* node : {"n1", "n2", "n3"}) {
      ids.insert(*ask(cluster, node, {{"type", "generate"}}).find("id"));
    }
    cluster.crash("n2");
    cluster.restart("n2");
  }
  EXPECT_EQ(ids.size(), 30u);
  EXPECT_TRUE(cluster.observer().violations().empty());
}

TEST(CausalWrites, OfEveryKindSurviveTheDiskAndTheWire) {
  WriteLog log(2);
  for (const SharedWrite& write : one_of_each_kind()) {
    log.append(write);
    const SharedWrite travelled = write_from_value(to_value(*write), 2);
    ASSERT_NE(travelled, nullptr);
    EXPECT_EQ(travelled->kind, write->kind);
    EXPECT_EQ(travelled->digest, write->digest);
  }
  const Recovered recovered = recover(encode_file(log), 2);
  ASSERT_FALSE(recovered.torn);
  ASSERT_EQ(recovered.log.size(), log.size());
  for (std::size_t place = 0; place < log.size(); ++place) {
    EXPECT_EQ(recovered.log.at(place)->kind, log.at(place)->kind);
    EXPECT_EQ(recovered.log.at(place)->digest, log.at(place)->digest);
  }
}

TEST(CausalWrites, AKindThatThereIsNotIsNotRead) {
  Value::List parts = to_value(*write_of(WriteKind::delta, 1)).as_list();
  for (const Value& kind : {Value(0), Value(4), Value("2"), Value(3)}) {
    parts.back() = kind;
    EXPECT_EQ(write_from_value(Value(parts), 2), nullptr) << kind.to_string();
  }
}

// Whatever the order, and also where all are of one kind: equal contents, equal digests.
TEST(CausalStore, TheOrderOfWritesMakesNoDifference) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<SharedWrite> writes;
    std::int64_t sum = 0;
    std::set<Value> elements;
    for (Sequence sequence = 1; sequence <= 12; ++sequence) {
      const auto kind = static_cast<WriteKind>(random.below(4));
      const std::int64_t number = random.between(std::int64_t{-3}, std::int64_t{3});
      if (kind == WriteKind::delta) sum += number;
      if (kind == WriteKind::element) elements.insert(number);
      writes.push_back(write_of(kind, kind == WriteKind::id ? Value() : Value(number), sequence));
    }
    Store forward;
    for (const SharedWrite& write : writes) forward.apply(write);
    Store shuffled;
    while (!writes.empty()) {
      const auto at = writes.begin() + static_cast<std::ptrdiff_t>(random.below(writes.size()));
      shuffled.apply(*at);
      writes.erase(at);
    }
    ASSERT_EQ(shuffled.digest(), forward.digest());
    ASSERT_EQ(forward.sum(), sum);
    ASSERT_EQ(forward.elements(), elements);
    ASSERT_EQ(shuffled.sum(), sum);
  }
}

}  // namespace
}  // namespace faultrig::causal_kv
