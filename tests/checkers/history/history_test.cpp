#include "checkers/history/history.hpp"

#include <gtest/gtest.h>

namespace faultrig {
namespace {

Event event(std::int64_t index, EventType type, ProcessId process, std::string f,
            Value value = {}) {
  Event made;
  made.index = index;
  made.time = Time(index * 10);
  made.type = type;
  made.process = process;
  made.f = std::move(f);
  made.value = std::move(value);
  return made;
}

std::string refusal_of(const std::vector<Event>& events) {
  try {
    history_from(events, "h.jsonl");
  } catch (const HistoryError& error) {
    EXPECT_EQ(error.source, "h.jsonl");
    EXPECT_EQ(error.what(), "h.jsonl:" + std::to_string(error.line) + ": " + error.rule);
    return error.what();
  }
  return "no error";
}

TEST(History, pairs_invocations_with_completions) {
  const History history = history_from(std::vector<Event>{
      event(0, EventType::invoke, 0, "write", 1), event(1, EventType::invoke, 1, "read"),
      event(2, EventType::ok, 1, "read", 1), event(3, EventType::info, 0, "write", 1),
      event(4, EventType::invoke, 1, "write", 2), event(5, EventType::fail, 1, "write", 2),
      event(6, EventType::invoke, 2, "read")});
  const auto operations = history.operations();
  ASSERT_EQ(operations.size(), 4U);
  EXPECT_EQ(operations[0].outcome, Outcome::info);
  EXPECT_EQ(operations[0].completed_at, Operation::never);
  EXPECT_EQ(operations[0].complete_time, Time(30));
  EXPECT_TRUE(operations[0].output.is_nil());
  EXPECT_EQ(operations[1].outcome, Outcome::ok);
  EXPECT_EQ(operations[1].output, Value(1));
  EXPECT_EQ(operations[1].invoked_at, 1);
  EXPECT_EQ(operations[1].completed_at, 2);
  EXPECT_EQ(operations[2].outcome, Outcome::fail);
  EXPECT_TRUE(operations[2].output.is_nil());
  EXPECT_EQ(operations[3].outcome, Outcome::info);
  EXPECT_FALSE(operations[3].complete_time.has_value());
}

TEST(History, names_both_lines_of_a_broken_contract) {
  const Event write = event(0, EventType::invoke, 3, "write", 1);
  EXPECT_EQ(refusal_of({write, event(1, EventType::invoke, 3, "read")}),
            "h.jsonl:2: process 3 invoked read while its write of line 1 is still in flight");
  EXPECT_EQ(refusal_of({write, event(1, EventType::ok, 3, "read")}),
            "h.jsonl:2: process 3 completed read, but in flight is its write of line 1");
  EXPECT_EQ(refusal_of({event(0, EventType::ok, 3, "read")}),
            "h.jsonl:1: process 3 completed read (ok) with nothing in flight");
  EXPECT_EQ(refusal_of({write, event(1, EventType::info, 3, "write"),
                        event(2, EventType::invoke, 3, "read")}),
            "h.jsonl:3: process 3 invoked read after its info on line 2; a process whose operation "
            "ended in info never acts again");
  EXPECT_EQ(refusal_of({write, event(1, EventType::info, 3, "write"),
                        event(2, EventType::ok, 3, "write")}),
            "h.jsonl:3: process 3 completed write (ok) with nothing in flight; its last operation "
            "ended in info on line 2");
}

TEST(History, checks_order_key_and_names) {
  const Event write = event(0, EventType::invoke, 3, "write", 1);
  EXPECT_EQ(refusal_of({write, event(2, EventType::ok, 3, "write")}),
            "h.jsonl:3: index 2 where 1 was due after line 1; indices count 0, 1, 2 ... without "
            "gaps");
  Event early = event(1, EventType::ok, 3, "write");
  early.time = Time(-5);
  EXPECT_EQ(refusal_of({write, early}), "h.jsonl:2: time goes back from 0 ns on line 1 to -5 ns");
  Event keyed = event(1, EventType::ok, 3, "write");
  keyed.key = Value(7);
  EXPECT_EQ(refusal_of({write, keyed}),
            "h.jsonl:2: process 3 completed write with key 7, but line 1 invoked it with no key");
  EXPECT_EQ(refusal_of({event(0, EventType::invoke, -1, "write")}),
            "h.jsonl:1: process -1; a process is a number from 0");
  EXPECT_EQ(refusal_of({event(0, EventType::invoke, 0, "")}),
            "h.jsonl:1: process 0: f, the kind of operation, is empty");
}

TEST(History, a_refused_event_leaves_the_builder_as_it_was) {
  HistoryBuilder builder;
  builder.add(event(0, EventType::invoke, 0, "write", 1), 1);
  EXPECT_THROW(builder.add(event(1, EventType::invoke, 0, "read"), 2), HistoryError);
  EXPECT_THROW(builder.add(event(5, EventType::ok, 0, "write"), 2), HistoryError);
  builder.add(event(1, EventType::ok, 0, "write", 1), 2);
  const History history = builder.finish();
  ASSERT_EQ(history.operations().size(), 1U);
  EXPECT_EQ(history.operations()[0].outcome, Outcome::ok);
}

TEST(History, some_operations_make_a_history_of_their_own) {
  const History whole = history_from(std::vector<Event>{
      event(0, EventType::invoke, 0, "write", 1), event(1, EventType::invoke, 1, "read"),
      event(2, EventType::ok, 1, "read", 1), event(3, EventType::invoke, 1, "write", 2),
      event(4, EventType::info, 1, "write", 2), event(5, EventType::ok, 0, "write", 1)});
  const auto operations = whole.operations();
  const History part = history_of(std::vector<Operation>{operations[2], operations[0]});
  ASSERT_EQ(part.operations().size(), 2U);
  EXPECT_EQ(part.operations()[0].f, "write");
  EXPECT_EQ(part.operations()[0].invoked_at, 0);
  EXPECT_EQ(part.operations()[0].completed_at, 2);
  EXPECT_EQ(part.operations()[1].invoked_at, 1);
  EXPECT_EQ(part.operations()[1].outcome, Outcome::info);
}

TEST(Operation, is_described_in_one_line) {
  Operation operation;
  operation.f = "write";
  operation.input = 3;
  operation.outcome = Outcome::ok;
  EXPECT_EQ(describe(operation), "write 3");
  operation.output = 3;
  EXPECT_EQ(describe(operation), "write 3");
  operation.key = Value(7);
  operation.outcome = Outcome::info;
  EXPECT_EQ(describe(operation), "[7] write 3 (unknown)");
  operation.outcome = Outcome::fail;
  operation.f = "cas";
  operation.input = Value::list({1, 2});
  EXPECT_EQ(describe(operation), "[7] cas 1 -> 2 (failed)");
  operation = Operation{};
  operation.f = "read";
  operation.outcome = Outcome::ok;
  EXPECT_EQ(describe(operation), "read -> nil");
  operation.output = 7;
  EXPECT_EQ(describe(operation), "read -> 7");
}

}  // namespace
}  // namespace faultrig
