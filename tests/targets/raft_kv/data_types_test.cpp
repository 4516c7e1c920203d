// The data types of the replicated state beside the registers, through the state machine: what
// clients see, repeats, snapshots and digests.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "harness/node/read_subject.hpp"
#include "harness/random.hpp"
#include "targets/raft_kv/state_machine.hpp"

namespace faultrig::raft_kv {
namespace {

constexpr SessionLimits limits{100, 100};

Value operation(const char* type, Value::Map fields = {}) {
  fields.emplace_back("type", type);
  return Value(std::move(fields));
}
Value access(const char* word, int key, Value value = {}) {
  return Value::list({word, key, std::move(value)});
}
Value transaction(Value::List accesses) {
  return operation("txn", {{"txn", Value(std::move(accesses))}});
}

// Gives every operation an id of its own.
class Client {
 public:
  explicit Client(StateMachine& machine) : machine_(machine) {}
  Value apply(const Value& operation) {
    return machine_.apply(Command{"c", ++id_, operation}.to_value());
  }
  Value again(const Value& operation) {
    return machine_.apply(Command{"c", id_, operation}.to_value());
  }

 private:
  StateMachine& machine_;
  std::int64_t id_ = 0;
};

Value ok(const char* type, Value::Map fields = {}) { return operation(type, std::move(fields)); }

TEST(DataTypes, ASetHoldsEachElementOnce) {
  StateMachine machine(limits);
  Client client(machine);
  const Value read = operation("read", {{"of", "set"}});
  EXPECT_EQ(machine.read(read), ok("read_ok", {{"value", Value::list({})}}));
  for (const int element : {5, 3, 5}) {
    EXPECT_EQ(client.apply(operation("add", {{"element", element}})), ok("add_ok"));
  }
  EXPECT_EQ(machine.read(read), ok("read_ok", {{"value", Value::list({3, 5})}}));
}

TEST(DataTypes, ACounterAddsAndRefusesWhatDoesNotFit) {
  StateMachine machine(limits);
  Client client(machine);
  const Value read = operation("read", {{"of", "counter"}});
  EXPECT_EQ(machine.read(read), ok("read_ok", {{"value", 0}}));
  const Value add = operation("add", {{"delta", INT64_MAX}});
  EXPECT_EQ(client.apply(add), ok("add_ok"));
  EXPECT_EQ(client.again(add), ok("add_ok"));  // a repeat
  EXPECT_EQ(client.apply(operation("add", {{"delta", 1}})).integer_or("code", 0), 22);
  client.apply(operation("add", {{"delta", -7}}));
  EXPECT_EQ(machine.read(read), ok("read_ok", {{"value", INT64_MAX - 7}}));
}

TEST(DataTypes, AQueueIsFirstInFirstOut) {
  StateMachine machine(limits);
  Client client(machine);
  const Value dequeue = operation("dequeue");
  EXPECT_EQ(client.apply(dequeue), ok("dequeue_ok", {{"value", Value()}}));
  client.apply(operation("enqueue", {{"value", "a"}}));
  client.apply(operation("enqueue", {{"value", "b"}}));
  EXPECT_EQ(client.apply(dequeue), ok("dequeue_ok", {{"value", "a"}}));
  EXPECT_EQ(client.again(dequeue), ok("dequeue_ok", {{"value", "a"}}));  // a repeat takes nothing
  EXPECT_EQ(machine.queue().size(), 1u);
}

TEST(DataTypes, IdsAreGivenOutOnce) {
  StateMachine machine(limits);
  Client client(machine);
  std::set<Value> ids;
  for (int i = 0; i < 50; ++i) {
    const Value reply = client.apply(operation("generate"));
    EXPECT_EQ(client.again(operation("generate")), reply);
    ids.insert(*reply.find("id"));
  }
  EXPECT_EQ(ids.size(), 50u);
}

TEST(DataTypes, ATransactionSeesItsOwnWritesInOrder) {
  StateMachine machine(limits);
  Client client(machine);
  const Value reply =
      client.apply(transaction({access("r", 1), access("w", 1, 7), access("r", 1)}));
  EXPECT_EQ(*reply.find("txn"),
            Value::list({access("r", 1), access("w", 1, 7), access("r", 1, 7)}));
  EXPECT_EQ(*machine.read(transaction({access("r", 1), access("r", 2)})).find("txn"),
            Value::list({access("r", 1, 7), access("r", 2)}));
  EXPECT_EQ(machine.registers().read(1), ok("read_ok", {{"value", 7}}));
}

TEST(DataTypes, OnlyWhatChangesNothingIsARead) {
  EXPECT_TRUE(is_read(operation("read", {{"key", 1}})));
  EXPECT_TRUE(is_read(transaction({access("r", 1), access("r", 2)})));
  EXPECT_FALSE(is_read(transaction({access("r", 1), access("w", 2, 1)})));
  EXPECT_FALSE(is_read(operation("dequeue")));
}

TEST(DataTypes, WhatIsNotWellFormedIsSaid) {
  EXPECT_EQ(problem_of_operation(operation("read")),
            "read needs a field `key`, or `of`: set or counter");
  EXPECT_EQ(problem_of_operation(operation("add")),
            "add needs a field `element`, or a whole number `delta`");
  EXPECT_EQ(problem_of_operation(operation("enqueue", {{"value", Value()}})),
            "enqueue needs a field `value` that is not null");
  EXPECT_NE(problem_of_operation(transaction({access("append", 1, 2)})), "");
  EXPECT_NE(problem_of_operation(operation("txn")), "");
  EXPECT_EQ(problem_of_operation(operation("push")).substr(0, 22), "`push` is none of read");
  EXPECT_EQ(problem_of_operation(operation("generate")), "");
}

TEST(ReadSubject, IsWhatTheRequestSaysAndElseWhatTheWorkloadMeans) {
  const Value bare = operation("read");
  EXPECT_EQ(with_subject(bare, keyless_subject("register")), bare);
  EXPECT_EQ(subject_of(with_subject(bare, keyless_subject("set"))), ReadSubject::set);
  EXPECT_EQ(subject_of(with_subject(bare, keyless_subject("counter"))), ReadSubject::counter);
  const Value keyed = operation("read", {{"key", 1}});
  EXPECT_EQ(with_subject(keyed, ReadSubject::set), keyed);
  const Value said = operation("read", {{"of", "counter"}});
  EXPECT_EQ(subject_of(with_subject(said, ReadSubject::set)), ReadSubject::counter);
  EXPECT_EQ(subject_of(bare), std::nullopt);
  EXPECT_EQ(subject_of(operation("read", {{"of", "queue"}})), std::nullopt);
}

// Slow and plain: what the replies must be.
class Twin {
 public:
  Value apply(const Value& operation) {
    const std::string type = operation.string_or("type", "");
    if (type == "enqueue") {
      queue_.push_back(*operation.find("value"));
      return ok("enqueue_ok");
    }
    if (type == "dequeue") {
      if (queue_.empty()) return ok("dequeue_ok", {{"value", Value()}});
      const Value first = queue_.front();
      queue_.pop_front();
      return ok("dequeue_ok", {{"value", first}});
    }
    if (type == "generate") return ok("generate_ok", {{"id", ++ids_}});
    if (const Value* element = operation.find("element")) {
      elements_.insert(*element);
    } else {
      sum_ += operation.integer_or("delta", 0);
    }
    return ok("add_ok");
  }
  Value set() const { return Value(Value::List(elements_.begin(), elements_.end())); }
  std::int64_t sum() const { return sum_; }

 private:
  std::set<Value> elements_;
  std::int64_t sum_ = 0, ids_ = 0;
  std::deque<Value> queue_;
};

Value random_operation(Random& random) {
  switch (random.below(5)) {
    case 0:
      return operation("add", {{"element", random.below(30)}});
    case 1:
      return operation("add", {{"delta", random.between(std::int64_t{-5}, std::int64_t{5})}});
    case 2:
      return operation("enqueue", {{"value", random.below(1000)}});
    case 3:
      return operation("dequeue");
    default:
      return operation("generate");
  }
}

// A node that was restored from a snapshot in the middle goes on as the others, and the digests
// that are kept up to date are those of the content.
TEST(DataTypes, FollowTheirTwinAcrossSnapshots) {
  Random random(3);
  StateMachine machine(limits);
  Twin twin;
  for (int i = 1; i <= 600; ++i) {
    const Value next = random_operation(random);
    ASSERT_EQ(machine.apply(Command{"c", i, next}.to_value()), twin.apply(next)) << i;
    std::optional<StateMachine> restored = StateMachine::from_value(machine.to_value(), limits);
    ASSERT_TRUE(restored.has_value());
    ASSERT_EQ(restored->data_digest(), machine.data_digest()) << i;
    if (i % 7 == 0) machine = *std::move(restored);
  }
  EXPECT_EQ(*machine.read(operation("read", {{"of", "set"}})).find("value"), twin.set());
  EXPECT_EQ(*machine.read(operation("read", {{"of", "counter"}})).find("value"), twin.sum());
}

// One change of any of them shows, and no two of them make the same change.
TEST(DataTypes, EachChangeOfStateHasADigestOfItsOwn) {
  std::map<std::uint64_t, std::string> seen{{StateMachine(limits).data_digest(), "nothing"}};
  for (const Value& change :
       {operation("add", {{"element", 1}}), operation("add", {{"delta", 1}}),
        operation("enqueue", {{"value", 1}}), operation("generate"),
        operation("write", {{"key", 1}, {"value", 1}}), transaction({access("w", 2, 1)})}) {
    StateMachine machine(limits);
    Client(machine).apply(change);
    EXPECT_TRUE(seen.emplace(machine.data_digest(), change.to_string()).second)
        << change.to_string();
  }
}

TEST(DataTypes, WhatIsNoSnapshotIsRefused) {
  const Value good = StateMachine(limits).to_value();
  for (const Value::Field& field : std::vector<Value::Field>{
           {"set", 1},
           {"counter", "1"},
           {"ids", Value()},
           {"queue", Value::list({})},
           {"queue", Value::map({{"next", 0}, {"values", Value::list({1})}})}}) {
    Value::Map fields = good.as_map();
    fields.push_back(field);
    EXPECT_FALSE(StateMachine::from_value(Value(std::move(fields)), limits).has_value())
        << field.first;
  }
}

}  // namespace
}  // namespace faultrig::raft_kv
