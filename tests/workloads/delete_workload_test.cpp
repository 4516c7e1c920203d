// The whole workload against a store in memory that keeps what was deleted out, or does not.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "harness/errors.hpp"
#include "tests/workloads/store_support.hpp"

namespace faultrig {
namespace {

RunPlan delete_plan() {
  RunPlan plan;
  plan.workload = "delete";
  plan.clients = 6;
  plan.nodes = 3;
  plan.rate = 1'000;
  plan.seed = 1;
  return plan;
}

// `returns_each`: every so many deletions the old value is back from the next but one request on.
Answer store(int returns_each = 0) {
  struct State {
    std::map<Value, Value> held;
    std::map<Value, Value> hidden;
    int deletions = 0;
  };
  auto state = std::make_shared<State>();
  return [state, returns_each](const Value& request) {
    const std::string type = request.string_or("type", "");
    const Value key = *request.find("key");
    if (type == "write") state->held[key] = *request.find("value");
    if (type == "delete") {
      if (returns_each > 0 && ++state->deletions % returns_each == 0) {
        state->hidden[key] = state->held[key];
      }
      state->held.erase(key);
    }
    if (type != "read") return Value::map({{"type", type + "_ok"}});
    if (const auto at = state->held.find(key); at != state->held.end()) {
      return Value::map({{"type", "read_ok"}, {"value", at->second}});
    }
    if (const auto at = state->hidden.find(key); at != state->hidden.end()) {
      state->held.insert(state->hidden.extract(at));
    }
    return Value::map({{"type", "error"}, {"code", 20}, {"text", "no such key"}});
  };
}

TEST(DeleteWorkload, AStoreThatForgetsForGoodIsValid) {
  for (const char* promise : {"eventual", "linearizable"}) {
    RunPlan plan = delete_plan();
    plan.workload_options.set("promise", Value(promise));
    Workload workload = make_workload(plan);
    EXPECT_EQ(worst_of(workload, run_against(store(), plan, workload).history()), "valid");
  }
}

TEST(DeleteWorkload, WhatComesBackIsFound) {
  const RunPlan plan = delete_plan();
  Workload workload = make_workload(plan);
  const std::string worst = worst_of(workload, run_against(store(10), plan, workload).history());
  EXPECT_EQ(worst.substr(0, 18), "invalid: came back") << worst;
}

TEST(DeleteWorkload, AKeyHasOneWriterAndIsNotWrittenOnceItIsBeingDeleted) {
  const RunPlan plan = delete_plan();
  Workload workload = make_workload(plan);
  const Ran ran = run_against(store(), plan, workload);
  std::map<Value, ProcessId> writer;
  std::set<Value> deleted, values;
  for (std::size_t i = 0; i < ran.main_events; ++i) {
    const Event& event = ran.events[i];
    if (event.type != EventType::invoke || event.f == "read") continue;
    EXPECT_EQ(writer.emplace(*event.key, event.process).first->second, event.process);
    if (event.f == "delete") {
      EXPECT_TRUE(writer.contains(*event.key));
      deleted.insert(*event.key);
    } else {
      EXPECT_FALSE(deleted.contains(*event.key)) << event.key->to_string();
      EXPECT_TRUE(values.insert(event.value).second);
    }
  }
  EXPECT_GT(deleted.size(), 50u);
}

TEST(DeleteWorkload, InTheEndEveryNodeIsAskedForEveryKey) {
  RunPlan plan = delete_plan();
  plan.clients = 7;  // dealt out to three nodes: 3, 2 and 2
  plan.convergence = std::chrono::milliseconds(2'500);
  Workload workload = make_workload(plan);
  const Ran ran = run_against(store(), plan, workload);
  std::set<Value> keys;
  std::map<std::string, std::set<Value>> asked;
  for (std::size_t i = 0; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    if (event.type == EventType::invoke && event.f == "write") keys.insert(*event.key);
    if (i < ran.main_events || event.type != EventType::ok || event.f != "read") continue;
    if (event.node.empty()) continue;
    asked[event.node].insert(*event.key);
  }
  for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    if (event.type == EventType::invoke && event.value == Value("final")) {
      EXPECT_GE(event.time, std::chrono::milliseconds(4'400));
    }
  }
  ASSERT_EQ(asked.size(), 3u);
  for (const auto& [node, seen] : asked) {
    EXPECT_TRUE(std::includes(seen.begin(), seen.end(), keys.begin(), keys.end())) << node;
  }
}

TEST(DeleteWorkload, RefusesWhatTestsNothing) {
  for (const auto& [option, value] : std::map<std::string, Value>{
           {"key", 3}, {"promise", "much"}, {"delete_weight", 0}, {"read_weight", 0}}) {
    RunPlan plan = delete_plan();
    plan.workload_options.set(option, value);
    EXPECT_THROW(make_workload(plan), UsageError) << option;
  }
}

}  // namespace
}  // namespace faultrig
