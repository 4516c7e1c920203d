#include "targets/raft_kv/state_machine.hpp"

#include <gtest/gtest.h>

namespace faultrig::raft_kv {
namespace {

Value write(const char* client, int id, const char* key, int value) {
  return Command{client, id, Value::map({{"type", "write"}, {"key", key}, {"value", value}})}
      .to_value();
}
Value cas(const char* client, int id, const char* key, int from, int to, bool create = false) {
  return Command{client, id,
                 Value::map({{"type", "cas"},
                             {"key", key},
                             {"from", from},
                             {"to", to},
                             {"create_if_not_exists", create}})}
      .to_value();
}
std::string outcome(const Value& reply) {
  const std::string type = reply.string_or("type", "nil");
  return type == "error" ? type + std::to_string(reply.integer_or("code", -1)) : type;
}

TEST(StateMachine, WritesReadsAndCompares) {
  StateMachine machine({10, 10});
  EXPECT_EQ(outcome(machine.registers().read("x")), "error20");
  EXPECT_EQ(outcome(machine.apply(cas("c", 1, "x", 1, 2))), "error20");
  EXPECT_EQ(outcome(machine.apply(write("c", 2, "x", 1))), "write_ok");
  EXPECT_EQ(outcome(machine.apply(cas("c", 3, "x", 7, 2))), "error22");
  EXPECT_EQ(outcome(machine.apply(cas("c", 4, "x", 1, 2))), "cas_ok");
  EXPECT_EQ(machine.registers().read("x").integer_or("value", -1), 2);
  EXPECT_EQ(outcome(machine.apply(cas("c", 5, "new", 0, 5, true))), "cas_ok");
  EXPECT_EQ(machine.registers().read("new").integer_or("value", -1), 5);
}

TEST(StateMachine, ARepeatGetsTheFirstAnswerAndDoesNothing) {
  StateMachine machine({10, 10});
  machine.apply(write("c", 1, "x", 1));
  EXPECT_EQ(outcome(machine.apply(cas("c", 2, "x", 1, 2))), "cas_ok");
  machine.apply(write("d", 1, "x", 1));
  EXPECT_EQ(outcome(machine.apply(cas("c", 2, "x", 1, 2))), "cas_ok");
  EXPECT_EQ(machine.registers().read("x").integer_or("value", -1), 1)
      << "the repeat was done again";
}

TEST(StateMachine, AReusedIdWithAnotherRequestIsAnotherRequest) {
  StateMachine machine({10, 10});
  machine.apply(write("c", 1, "x", 1));
  EXPECT_EQ(outcome(machine.apply(write("c", 1, "x", 2))), "write_ok");
  EXPECT_EQ(machine.registers().read("x").integer_or("value", -1), 2);
}

TEST(StateMachine, ARepeatThatIsForgottenIsRefusedIndefinitely) {
  StateMachine machine({2, 10});
  for (int id = 1; id <= 4; ++id) machine.apply(write("c", id, "x", id));
  EXPECT_EQ(outcome(machine.apply(write("c", 1, "x", 1))), "error0");
  EXPECT_EQ(machine.registers().read("x").integer_or("value", -1), 4);
  EXPECT_EQ(outcome(machine.apply(write("d", 1, "x", 9))), "write_ok") << "others are not touched";
}

TEST(StateMachine, MemoryOfSessionsIsBounded) {
  StateMachine machine({5, 3});
  for (int id = 1; id <= 100; ++id) {
    machine.apply(write(("c" + std::to_string(id)).c_str(), 1, "x", id));
  }
  EXPECT_LE(machine.sessions().replies(), 5u);
  EXPECT_LE(machine.sessions().clients(), 3u);
}

// Also what the two forget afterwards is the same.
TEST(StateMachine, ACopyThroughASnapshotGoesOnTheSame) {
  const SessionLimits limits{6, 3};
  StateMachine original(limits);
  for (int id = 1; id <= 9; ++id) original.apply(write(id % 2 == 0 ? "c" : "d", id, "x", id));
  std::optional<StateMachine> copy = StateMachine::from_value(original.to_value(), limits);
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->to_value(), original.to_value());
  for (int id = 1; id <= 20; ++id) {
    const Value command = write(id % 3 == 0 ? "c" : "e", id, "y", id);
    EXPECT_EQ(copy->apply(command), original.apply(command));
  }
  EXPECT_EQ(copy->to_value(), original.to_value());
}

// A reply that was replaced must not count, as a snapshot does not carry it: a node that was
// restored from one in the middle of a log would forget at another entry than the others.
TEST(StateMachine, AReplacedReplyDoesNotChangeWhenOthersAreForgotten) {
  const SessionLimits limits{3, 10};
  StateMachine original(limits);
  original.apply(write("c", 1, "x", 1));
  original.apply(write("c", 2, "x", 2));
  original.apply(write("c", 2, "x", 3));  // the id again, for another request
  std::optional<StateMachine> restored = StateMachine::from_value(original.to_value(), limits);
  ASSERT_TRUE(restored.has_value());
  for (int id = 3; id <= 8; ++id) {
    const Value command = write("c", id, "x", id);
    EXPECT_EQ(restored->apply(command), original.apply(command));
    EXPECT_EQ(restored->to_value(), original.to_value()) << "after request " << id;
  }
  EXPECT_EQ(original.sessions().replies(), 3u);
}

// The same for the replies of a client that was forgotten as a whole.
TEST(StateMachine, AForgottenClientTakesItsRepliesOutOfTheCount) {
  const SessionLimits limits{4, 2};
  StateMachine original(limits);
  original.apply(write("a", 1, "x", 1));
  original.apply(write("b", 1, "x", 1));
  original.apply(write("a", 2, "x", 2));
  original.apply(write("c", 1, "x", 1));  // b is forgotten
  EXPECT_EQ(original.sessions().replies(), 3u);
  std::optional<StateMachine> restored = StateMachine::from_value(original.to_value(), limits);
  ASSERT_TRUE(restored.has_value());
  for (int id = 3; id <= 8; ++id) {
    const Value command = write(id % 2 == 0 ? "a" : "c", id, "x", id);
    EXPECT_EQ(restored->apply(command), original.apply(command));
    EXPECT_EQ(restored->to_value(), original.to_value()) << "after request " << id;
  }
}

TEST(StateMachine, WhatIsNoSnapshotIsRefused) {
  for (const Value& value :
       {Value(), Value(1), Value::map({}), Value::map({{"entries", 1}, {"sessions", 2}}),
        Value::map({{"entries", Value::list({})}, {"sessions", Value::map({})}}),
        Value::map({{"entries", Value::list({Value::list({1})})},
                    {"sessions", Value::map({{"next", 1}, {"clients", Value::list({})}})}}),
        Value::map({{"entries", Value::list({})},
                    {"sessions", Value::map({{"next", 1}, {"clients", Value::list({1})}})}})}) {
    EXPECT_FALSE(StateMachine::from_value(value, {10, 10}).has_value()) << value.to_string();
  }
}

TEST(StateMachine, WhatIsNoCommandDoesNothing) {
  StateMachine machine({10, 10});
  EXPECT_TRUE(machine.apply(Value()).is_nil());
  EXPECT_TRUE(machine.apply(Value::map({{"client", "c"}})).is_nil());
  EXPECT_TRUE(machine.registers().entries().empty());
}

}  // namespace
}  // namespace faultrig::raft_kv
