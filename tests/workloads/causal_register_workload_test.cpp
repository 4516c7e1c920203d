// The whole workload against a store in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/guarded_check.hpp"
#include "tests/workloads/workload_run_support.hpp"

namespace faultrig {
namespace {

RunPlan causal_plan(int clients = 10) {
  RunPlan plan;
  plan.workload = "causal_register";
  plan.clients = clients;
  plan.rate = 1'000;
  plan.seed = 1;
  return plan;
}

std::vector<Event> invocations(const Ran& ran) {
  std::vector<Event> found;
  for (std::size_t i = 0; i < ran.main_events; ++i) {
    if (ran.events[i].type == EventType::invoke) found.push_back(ran.events[i]);
  }
  return found;
}

TEST(CausalRegister, ACorrectStoreIsValidAndIsReadAndWritten) {
  Workload workload = make_workload(causal_plan());
  const Ran ran = run(causal_plan(), workload);
  EXPECT_GT(ran.main_events, 2'000u);
  for (const auto& checker : workload.checkers) {
    EXPECT_EQ(guarded_check(*checker, ran.history(), CheckBudget{}).validity, Validity::valid);
  }
}

// So that a read names the write that it saw.
TEST(CausalRegister, NoValueIsWrittenTwiceInARun) {
  Workload workload = make_workload(causal_plan());
  std::set<Value> values;
  std::map<std::string, int> kinds;
  for (const Event& event : invocations(run(causal_plan(), workload))) {
    ++kinds[event.f];
    if (event.f == "write") {
      EXPECT_TRUE(values.insert(event.value).second) << event.value.to_string();
    }
  }
  EXPECT_EQ(kinds.size(), 2u);
  EXPECT_GT(kinds["write"], 500);
  EXPECT_GT(kinds["read"], kinds["write"]);
}

// A write has a cause: what the session has read since it last wrote, of another's key.
TEST(CausalRegister, EverySessionReadsOtherKeysBeforeItWrites) {
  const RunPlan plan = causal_plan(6);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  std::map<ProcessId, bool> has_read;
  std::map<ProcessId, std::set<Value>> written, read;
  for (std::size_t i = 0; i < ran.main_events; ++i) {
    const Event& event = ran.events[i];
    if (event.type == EventType::invoke && event.f == "write") {
      EXPECT_TRUE(has_read[event.process]) << "event " << i;
      has_read[event.process] = false;
      written[event.process].insert(*event.key);
    }
    if (event.type == EventType::ok && event.f == "read") {
      has_read[event.process] = true;
      read[event.process].insert(*event.key);
    }
  }
  for (ProcessId process = 0; process < 6; ++process) {
    EXPECT_FALSE(read[process].contains(Value(process)));
    EXPECT_EQ(read[process].size(), 5u);
    EXPECT_TRUE(written[process].contains(Value(process)));
    EXPECT_GT(written[process].size(), 1u) << "writes that meet those of others";
  }
}

TEST(CausalRegister, WithoutStrayWritesEverySessionKeepsToItsKey) {
  RunPlan plan = causal_plan(4);
  plan.workload_options.set("stray_percent", 0);
  plan.workload_options.set("keys", 4);
  Workload workload = make_workload(plan);
  for (const Event& event : invocations(run(plan, workload))) {
    if (event.f == "write") {
      EXPECT_EQ(*event.key, Value(event.process));
    }
  }
}

TEST(CausalRegister, AtTheEndEveryWorkerReadsEveryKeyUntilItIsAnswered) {
  Workload workload = make_workload(causal_plan(4));
  const Ran ran = run(causal_plan(4), workload, false, std::chrono::milliseconds(750));
  std::map<ProcessId, std::set<Value>> answered;
  for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    EXPECT_EQ(event.f, "read");
    if (event.type == EventType::ok) answered[event.process].insert(*event.key);
  }
  ASSERT_EQ(answered.size(), 4u);
  for (const auto& [process, keys] : answered) EXPECT_EQ(keys.size(), 6u) << process;
}

TEST(CausalRegister, AScriptIsPlayedAndItsKeysAreReadAtTheEnd) {
  RunPlan plan = causal_plan(2);
  const auto step = [&](int at_ms, int worker, const char* f, int key) {
    Options options("", "workload.script");
    options.set("at_ns", std::int64_t{at_ms} * 1'000'000);
    options.set("worker", worker);
    options.set("f", f);
    options.set("key", key);
    if (std::string(f) == "write") options.set("value", 100 + at_ms);
    plan.workload_script.push_back(options);
  };
  step(0, 0, "write", 7);
  step(50, 1, "read", 7);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  EXPECT_EQ(ran.main_events, 4u);
  EXPECT_EQ(ran.events.size(), 8u);
  for (const Event& event : ran.events) EXPECT_EQ(*event.key, Value(7));
}

TEST(CausalRegister, KindsThatThePlanAsksForMustSucceed) {
  const auto judged = [](const RunPlan& plan) {
    const Workload workload = make_workload(plan);
    for (const auto& checker : workload.checkers) {
      if (checker->name() != "activity") continue;
      return guarded_check(*checker, history_from({}), CheckBudget{}).reasons;
    }
    return std::vector<std::string>{"no activity checker"};
  };
  const std::vector<std::string> all = judged(causal_plan());
  EXPECT_NE(std::find(all.begin(), all.end(), "no write was ever invoked"), all.end());
  EXPECT_NE(std::find(all.begin(), all.end(), "no read was ever invoked"), all.end());
  RunPlan plan = causal_plan();
  plan.workload_options.set("write_weight", 0);
  const std::vector<std::string> reads = judged(plan);
  EXPECT_EQ(std::find(reads.begin(), reads.end(), "no write was ever invoked"), reads.end());
}

TEST(CausalRegister, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](const char* option, const Value& value) -> std::string {
    RunPlan plan = causal_plan();
    plan.workload_options.set(option, value);
    if (std::string(option) == "write_weight") plan.workload_options.set("read_weight", 0);
    try {
      make_workload(plan);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(refusal("kesy", 3).find("did you mean `keys`?"), std::string::npos);
  EXPECT_NE(refusal("keys", 0).find("outside 1 to 1000"), std::string::npos);
  EXPECT_NE(refusal("stray_percent", 101).find("outside 0 to 100"), std::string::npos);
  EXPECT_NE(refusal("write_weight", 0).find("nothing to do"), std::string::npos);
  EXPECT_NE(refusal("cas_weight", 1), "accepted");
  EXPECT_EQ(refusal("keys", 1), "accepted");
}

}  // namespace
}  // namespace faultrig
