// The whole workload in virtual time against a store in memory: what a run will do, without a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "checkers/guarded_check.hpp"
#include "tests/workloads/store_support.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

RunPlan plan_for(int clients = 6) {
  RunPlan plan;
  plan.workload = "register";
  plan.clients = clients;
  plan.rate = 1'000;
  plan.seed = 1;
  plan.workload_options.set("operations_per_key", 50);
  return plan;
}

// Answers requests by the book. `stale`: every 40th read answers what the key held one write ago.
class Store {
 public:
  explicit Store(bool stale) : stale_(stale) {}
  Value answer(const Value& request) {
    const Value key = *request.find("key");
    Cell& cell = cells_[key];
    const std::string type = request.string_or("type", "");
    if (type == "write") return put(cell, *request.find("value"), "write_ok");
    if (type == "cas") {
      if (!cell.now) return error(20);
      if (*cell.now != *request.find("from")) return error(22);
      return put(cell, *request.find("to"), "cas_ok");
    }
    if (stale_ && ++reads_ % 40 == 0 && cell.before) return read_ok(*cell.before);
    return cell.now ? read_ok(*cell.now) : error(20);
  }

 private:
  struct Cell {
    std::optional<Value> before, now;
  };
  static Value error(int code) {
    return Value::map({{"type", "error"}, {"code", code}, {"text", "refused"}});
  }
  static Value read_ok(const Value& value) {
    return Value::map({{"type", "read_ok"}, {"value", value}});
  }
  static Value put(Cell& cell, const Value& value, const char* type) {
    cell.before = cell.now;
    cell.now = value;
    return Value::map({{"type", type}});
  }
  bool stale_;
  int reads_ = 0;
  std::map<Value, Cell> cells_;
};

Ran run(const RunPlan& plan, Workload& workload, bool stale = false, Duration refuse_for = {}) {
  Store store(stale);
  return run_against([&](const Value& request) { return store.answer(request); }, plan, workload,
                     refuse_for);
}

TEST(RegisterWorkload, ACorrectStoreIsValidAndEveryKindSucceeds) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  EXPECT_GT(ran.main_events, 2'000u);
  for (const auto& checker : workload.checkers) {
    const Verdict verdict = guarded_check(*checker, ran.history(), CheckBudget{});
    EXPECT_EQ(verdict.validity, Validity::valid)
        << checker->name() << ": " << (verdict.reasons.empty() ? "" : verdict.reasons.front());
  }
}

TEST(RegisterWorkload, AStaleStoreIsCaught) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload, true);
  const Verdict verdict = guarded_check(*workload.checkers.front(), ran.history(), CheckBudget{});
  EXPECT_EQ(verdict.validity, Validity::invalid);
}

TEST(RegisterWorkload, HalfTheWorkersOnlyReadKeysRotateAndValuesAreDistinct) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  std::map<std::string, int> kinds;
  std::map<Value, int> per_key;
  std::set<std::pair<Value, Value>> written;
  std::set<ProcessId> writers;
  for (std::size_t i = 0; i < ran.main_events; ++i) {
    const Event& event = ran.events[i];
    if (event.type != EventType::invoke) continue;
    ++kinds[event.f];
    ++per_key[*event.key];
    if (event.f == "read") continue;
    writers.insert(event.process % plan.clients);
    const Value value = event.f == "cas" ? event.value.as_list()[1] : event.value;
    EXPECT_TRUE(written.insert({*event.key, value}).second) << "written twice";
  }
  const int all = kinds["read"] + kinds["write"] + kinds["cas"];
  EXPECT_GT(kinds["read"], all / 2);
  EXPECT_LT(kinds["read"], all * 3 / 4);
  EXPECT_EQ(writers.count(0), 0u) << "workers 0 ... clients / 2 - 1 only read";
  EXPECT_EQ(writers.size(), static_cast<std::size_t>(plan.clients - plan.clients / 2));
  EXPECT_GT(kinds["cas"], all / 10);
  EXPECT_GT(per_key.size(), 10u);
  for (const auto& [key, count] : per_key) EXPECT_LE(count, 50);
}

TEST(RegisterWorkload, EveryKeyIsReadAtTheEndUntilItIsAnsweredTheLiveOnesByEveryWorker) {
  const RunPlan plan = plan_for(4);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload, false, milliseconds(750));
  std::map<ProcessId, std::set<Value>> answered;
  int refused = 0;
  for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    EXPECT_EQ(event.f, "read");
    if (event.type == EventType::ok) answered[event.process].insert(*event.key);
    refused += event.type == EventType::fail ? 1 : 0;
  }
  EXPECT_EQ(answered.size(), 4u);
  std::set<Value> used;
  for (std::size_t i = 0; i < ran.main_events; ++i) used.insert(*ran.events[i].key);
  std::map<Value, int> readers;
  for (const auto& [process, keys] : answered) {
    for (const Value& key : keys) ++readers[key];
  }
  EXPECT_EQ(readers.size(), used.size()) << "a retired key was forgotten";
  EXPECT_EQ(std::count_if(readers.begin(), readers.end(),
                          [](const auto& entry) { return entry.second == 4; }),
            5);
  EXPECT_GE(refused, 4 * 7);
  EXPECT_LE(refused, 4 * 8) << "a pause of 100 ms after each";
}

TEST(RegisterWorkload, FinalReadsGiveUpWhenNobodyAnswers) {
  RunPlan plan = plan_for(4);
  plan.settle = milliseconds(3'000);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload, false, std::chrono::hours(1));
  EXPECT_LT(ran.ended, std::chrono::seconds(6));
}

TEST(RegisterWorkload, FewValuesWhenNotDistinct) {
  RunPlan plan = plan_for();
  plan.workload_options.set("distinct", false);
  plan.workload_options.set("values", 3);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  for (const Event& event : ran.events) {
    if (event.type == EventType::invoke && event.f == "write") {
      EXPECT_LE(event.value.as_integer(), 3);
    }
  }
}

// A short run may happen to do nothing but read: that is no proof of anything.
TEST(RegisterWorkload, KindsThatThePlanAsksForMustSucceed) {
  const auto judged = [](const char* without, const std::vector<Event>& events) {
    RunPlan plan = plan_for();
    if (without != nullptr) plan.workload_options.set(without, 0);
    const Workload workload = make_workload(plan);
    for (const auto& checker : workload.checkers) {
      if (checker->name() != "activity") continue;
      return guarded_check(*checker, history_from(events), CheckBudget{}).reasons;
    }
    return std::vector<std::string>{"no activity checker"};
  };
  std::vector<Event> reads;
  for (const EventType type : {EventType::invoke, EventType::ok}) {
    Event event;
    event.index = static_cast<std::int64_t>(reads.size());
    event.type = type;
    event.process = 0;
    event.f = "read";
    event.key = Value(1);
    reads.push_back(event);
  }
  EXPECT_EQ(judged(nullptr, reads),
            (std::vector<std::string>{"no cas was ever invoked", "no write was ever invoked"}));
  EXPECT_EQ(judged("cas_weight", reads), std::vector<std::string>{"no write was ever invoked"});
}

std::string refusal(const RunPlan& plan) {
  try {
    make_workload(plan);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(WorkloadCatalog, RefusesWhatItDoesNotKnow) {
  RunPlan plan = plan_for();
  plan.workload = "regsiter";
  EXPECT_EQ(refusal(plan), "unknown workload `regsiter`; did you mean `register`?");
  plan = plan_for();
  plan.workload_options.set("operation_per_key", 3);
  EXPECT_NE(refusal(plan).find("did you mean `operations_per_key`?"), std::string::npos);
  plan = plan_for();
  plan.workload_options.set("keys", 0);
  EXPECT_NE(refusal(plan).find("outside 1 to 1000"), std::string::npos) << refusal(plan);
  plan = plan_for();
  for (const char* name : {"read_weight", "write_weight", "cas_weight"}) {
    plan.workload_options.set(name, 0);
  }
  EXPECT_NE(refusal(plan).find("nothing to do"), std::string::npos);
}

TEST(WorkloadCatalog, SomebodyMustWriteUnlessOnlyReadsAreAskedFor) {
  RunPlan plan = plan_for(6);
  plan.workload_options.set("readers", 6);
  EXPECT_NE(refusal(plan).find("outside 0 to 5"), std::string::npos) << refusal(plan);
  for (const char* name : {"write_weight", "cas_weight"}) plan.workload_options.set(name, 0);
  EXPECT_EQ(refusal(plan), "accepted");
  plan = plan_for(1);
  EXPECT_EQ(refusal(plan), "accepted");
  plan.workload_options.set("readers", 1);
  EXPECT_NE(refusal(plan), "accepted");
}

}  // namespace
}  // namespace faultrig
