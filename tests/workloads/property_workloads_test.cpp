// The workloads that are judged by single properties, each whole in virtual time against a store in
// memory that does its work, and against one that breaks what it promises.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "checkers/history/json.hpp"
#include "tests/workloads/store_support.hpp"
#include "workloads/counter.hpp"
#include "workloads/long_fork.hpp"
#include "workloads/queue.hpp"
#include "workloads/set.hpp"
#include "workloads/unique_ids.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

RunPlan plan_for(const std::string& workload) {
  RunPlan plan;
  plan.workload = workload;
  plan.clients = 6;
  plan.rate = 1'000;
  plan.seed = 1;
  plan.settle = milliseconds(5'000);
  return plan;
}

Value ok(const std::string& type, const char* field = nullptr, Value value = {}) {
  Value::Map body{{"type", type + "_ok"}};
  if (field != nullptr) body.emplace_back(field, std::move(value));
  return Value(std::move(body));
}

std::string type_of(const Value& request) { return request.string_or("type", ""); }

// Every `each`-th request of some type; for what a store does wrong now and then.
class Sometimes {
 public:
  explicit Sometimes(int each) : each_(each) {}
  bool now() { return each_ > 0 && ++count_ % each_ == 0; }

 private:
  int each_;
  int count_ = 0;
};

// --- set ---

Answer set_store(int forgets_each) {
  struct State {
    Value::List elements;
    Sometimes forgets;
  };
  auto state = std::make_shared<State>(State{{}, Sometimes(forgets_each)});
  return [state](const Value& request) {
    const std::string type = type_of(request);
    if (type == "read") {
      Value::Map body = ok(type, "value", Value(state->elements)).as_map();
      body.emplace_back("messages", Value(state->elements));
      return Value(std::move(body));
    }
    const char* field = type == "broadcast" ? "message" : "element";
    if (!state->forgets.now()) state->elements.push_back(*request.find(field));
    return ok(type);
  };
}

TEST(SetWorkload, ASetThatKeepsEverythingIsValid) {
  for (const char* bodies : {"g-set", "broadcast"}) {
    RunPlan plan = plan_for("set");
    plan.workload_options.set("bodies", Value(bodies));
    plan.workload_options.set("promise", Value("linearizable"));
    Workload workload = make_workload(plan);
    const Ran ran = run_against(set_store(0), plan, workload, milliseconds(2'500));
    EXPECT_GT(ran.main_events, 2'000u);
    EXPECT_EQ(worst_of(workload, ran.history()), "valid") << bodies;
    std::set<ProcessId> readers;
    for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
      const Event& event = ran.events[i];
      EXPECT_EQ(event.f, "read");
      if (event.type == EventType::invoke) {
        EXPECT_EQ(event.value, Value("final"));
        EXPECT_GE(event.time, milliseconds(3'900)) << "replicas were not left alone";
      }
      if (event.type == EventType::ok) readers.insert(event.process);
    }
    EXPECT_EQ(readers.size(), 6u);
  }
}

TEST(SetWorkload, AForgottenElementIsLost) {
  const RunPlan plan = plan_for("set");
  Workload workload = make_workload(plan);
  const Ran ran = run_against(set_store(500), plan, workload);
  const std::string worst = worst_of(workload, ran.history());
  EXPECT_EQ(worst.substr(0, 14), "invalid: lost:") << worst;
}

TEST(SetWorkload, RefusesWhatItDoesNotKnow) {
  for (const auto& [option, value] :
       std::map<std::string, Value>{{"bodies", "gset"}, {"promise", "much"}, {"elements", 3}}) {
    RunPlan plan = plan_for("set");
    plan.workload_options.set(option, value);
    EXPECT_THROW(make_workload(plan), UsageError) << option;
  }
  RunPlan plan = plan_for("set");
  plan.workload_options.set("add_weight", 0);
  plan.workload_options.set("read_weight", 0);
  EXPECT_THROW(make_workload(plan), UsageError);
}

// --- queue ---

Answer queue_store(int forgets_each, int repeats_each, int silent_each = 0) {
  struct State {
    std::deque<Value> values;
    Sometimes forgets, repeats, silent;
  };
  auto state = std::make_shared<State>(
      State{{}, Sometimes(forgets_each), Sometimes(repeats_each), Sometimes(silent_each)});
  return [state](const Value& request) {
    const std::string type = type_of(request);
    if (type == "enqueue") {
      if (!state->forgets.now()) state->values.push_back(*request.find("value"));
      return ok(type);
    }
    if (state->values.empty()) return ok(type, "value", Value());
    const Value value = state->values.front();
    if (!state->repeats.now()) state->values.pop_front();
    return state->silent.now() ? Value() : ok(type, "value", value);
  };
}

TEST(QueueWorkload, ADrainedQueueIsValidEvenWhenDequeuesStayWithoutAnswer) {
  for (const int silent_each : {0, 50}) {
    RunPlan plan = plan_for("queue");
    plan.workload_options.set("enqueue_weight", 2);
    Workload workload = make_workload(plan);
    const Ran ran = run_against(queue_store(0, 0, silent_each), plan, workload);
    EXPECT_EQ(worst_of(workload, ran.history()), "valid") << silent_each;
    EXPECT_GT(ran.events.size(), ran.main_events + 200) << "what was left was taken out";
  }
}

TEST(QueueWorkload, WhatIsLostOrComesTwiceIsFound) {
  RunPlan plan = plan_for("queue");
  Workload workload = make_workload(plan);
  const Ran lost = run_against(queue_store(100, 0), plan, workload);
  EXPECT_EQ(worst_of(workload, lost.history()).substr(0, 14), "invalid: lost:");
  workload = make_workload(plan);
  const Ran twice = run_against(queue_store(0, 100), plan, workload);
  EXPECT_EQ(worst_of(workload, twice.history()).substr(0, 20), "invalid: duplicated:");
  plan.workload_options.set("at_least_once", true);
  workload = make_workload(plan);
  EXPECT_EQ(worst_of(workload, twice.history()), "valid");
}

// --- counter ---

Answer counter_store(int forgets_each) {
  struct State {
    std::int64_t sum = 0;
    Sometimes forgets;
  };
  auto state = std::make_shared<State>(State{0, Sometimes(forgets_each)});
  return [state](const Value& request) {
    const std::string type = type_of(request);
    if (type == "read") return ok(type, "value", Value(state->sum));
    if (!state->forgets.now()) state->sum += request.find("delta")->as_integer();
    return ok(type);
  };
}

TEST(CounterWorkload, ACounterThatCountsIsValidAndOneThatForgetsIsNot) {
  for (const bool negative : {false, true}) {
    for (const char* promise : {"eventual", "linearizable"}) {
      RunPlan plan = plan_for("counter");
      plan.workload_options.set("negative", negative);
      plan.workload_options.set("promise", Value(promise));
      Workload workload = make_workload(plan);
      const Ran right = run_against(counter_store(0), plan, workload);
      EXPECT_EQ(worst_of(workload, right.history()), "valid") << promise;
      bool has_negative = false;
      for (const Event& event : right.events) {
        has_negative = has_negative || (event.f == "add" && event.value < Value(0));
      }
      EXPECT_EQ(has_negative, negative);
      workload = make_workload(plan);
      const Ran wrong = run_against(counter_store(400), plan, workload);
      EXPECT_EQ(worst_of(workload, wrong.history()).substr(0, 23), "invalid: out of bounds:");
    }
  }
}

// --- ids ---

TEST(UniqueIdsWorkload, AGeneratorThatStartsOverIsFound) {
  for (const std::int64_t wraps_at : {1'000'000, 1'500}) {
    const RunPlan plan = plan_for("unique_ids");
    Workload workload = make_workload(plan);
    auto next = std::make_shared<std::int64_t>(0);
    const Ran ran = run_against(
        [next, wraps_at](const Value& request) {
          return ok(type_of(request), "id", Value((*next)++ % wraps_at));
        },
        plan, workload);
    EXPECT_EQ(worst_of(workload, ran.history()).substr(0, 5),
              wraps_at > 100'000 ? "valid" : "inval");
    EXPECT_EQ(ran.events.size() - ran.main_events, 2u * 6u * 10u) << "ten more of each client";
  }
}

// --- long fork ---

// Two copies; the second gets every other write only after a hundred more requests.
Answer forking_store(bool forks) {
  struct State {
    std::map<Value, Value> copies[2];
    std::deque<std::pair<std::int64_t, std::pair<Value, Value>>> late[2];
    std::int64_t now = 0;
  };
  auto state = std::make_shared<State>();
  return [state, forks](const Value& request) {
    const std::int64_t now = ++state->now;
    for (int copy : {0, 1}) {
      auto& late = state->late[copy];
      while (!late.empty() && late.front().first <= now) {
        state->copies[copy].insert(late.front().second);
        late.pop_front();
      }
    }
    const int asked = forks ? static_cast<int>(now % 2) : 0;
    Value::List filled;
    for (const Value& item : request.find("txn")->as_list()) {
      const Value::List& access = item.as_list();
      const Value& key = access[1];
      if (access[0] == Value("w")) {
        state->copies[asked].emplace(key, access[2]);
        state->late[1 - asked].push_back({now + 100, {key, access[2]}});
        filled.push_back(item);
      } else {
        const auto found = state->copies[asked].find(key);
        const bool is_there = found != state->copies[asked].end();
        filled.push_back(Value::list({access[0], key, is_there ? found->second : Value()}));
      }
    }
    return ok("txn", "txn", Value(std::move(filled)));
  };
}

TEST(LongForkWorkload, TwoOrdersOfTwoWritesAreFound) {
  for (const bool forks : {false, true}) {
    const RunPlan plan = plan_for("long_fork");
    Workload workload = make_workload(plan);
    const Ran ran = run_against(forking_store(forks), plan, workload);
    const std::string worst = worst_of(workload, ran.history());
    EXPECT_EQ(worst.substr(0, 18), forks ? "invalid: long fork" : "valid") << worst;
    std::set<Value> written;
    for (const Event& event : ran.events) {
      if (event.type != EventType::invoke || event.f != "write") continue;
      EXPECT_TRUE(written.insert(event.value).second) << "a key was written twice";
    }
    EXPECT_GT(written.size(), 200u);
  }
}

// --- codecs ---

Invocation invocation(std::string f, Value value = {}) {
  Invocation made;
  made.f = std::move(f);
  made.value = std::move(value);
  return made;
}

TEST(PropertyCodecs, SpeakTheBodiesOfMaelstrom) {
  const auto body = [](const ClientCodec& codec, const char* f, Value value = {}) {
    return codec.request(invocation(f, std::move(value))).to_string();
  };
  EXPECT_EQ(body(SetCodec(), "add", 7), R"({"element":7,"type":"add"})");
  EXPECT_EQ(body(SetCodec("messages"), "broadcast", 7), R"({"message":7,"type":"broadcast"})");
  EXPECT_EQ(body(SetCodec(), "read", "final"), R"({"type":"read"})");
  EXPECT_EQ(body(CounterCodec(), "add", -3), R"({"delta":-3,"type":"add"})");
  EXPECT_EQ(body(UniqueIdsCodec(), "generate"), R"({"type":"generate"})");
  EXPECT_EQ(body(QueueCodec(), "enqueue", 7), R"({"type":"enqueue","value":7})");
  EXPECT_EQ(body(LongForkCodec(), "read", parse_json(R"([["r",1,null]])")),
            R"({"txn":[["r",1,null]],"type":"txn"})");
}

TEST(PropertyCodecs, AnswersDecideAndWrongShapesAreUnknown) {
  const auto outcome = [](const ClientCodec& codec, const Invocation& asked, const char* reply) {
    return codec.reply(asked, parse_json(reply));
  };
  const Invocation read = invocation("read");
  EXPECT_EQ(outcome(SetCodec(), read, R"({"type":"read_ok","value":[1,2]})").value,
            Value::list({1, 2}));
  EXPECT_EQ(outcome(SetCodec(), read, R"({"type":"read_ok","value":3})").outcome, Outcome::info);
  EXPECT_EQ(outcome(CounterCodec(), read, R"({"type":"read_ok","value":3})").value, Value(3));
  EXPECT_EQ(outcome(CounterCodec(), read, R"({"type":"read_ok"})").outcome, Outcome::info);
  const Invocation generate = invocation("generate");
  EXPECT_EQ(outcome(UniqueIdsCodec(), generate, R"({"type":"generate_ok","id":"a"})").value,
            Value("a"));
  EXPECT_EQ(outcome(UniqueIdsCodec(), generate, R"({"type":"generate_ok"})").outcome,
            Outcome::info);
  const Invocation dequeue = invocation("dequeue");
  EXPECT_EQ(outcome(QueueCodec(), dequeue, R"({"type":"dequeue_ok","value":null})").outcome,
            Outcome::ok);
  const char* timeout = R"({"type":"error","code":0,"text":"too slow"})";
  EXPECT_EQ(outcome(QueueCodec(), dequeue, timeout).outcome, Outcome::info);
  EXPECT_EQ(outcome(SetCodec(), read, timeout).outcome, Outcome::fail);
  const Invocation txn = invocation("read", parse_json(R"([["r",1,null],["r",2,null]])"));
  EXPECT_EQ(outcome(LongForkCodec(), txn, R"({"type":"txn_ok","txn":[["r",1,1]]})").outcome,
            Outcome::info);
}

}  // namespace
}  // namespace faultrig
