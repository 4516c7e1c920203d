// What a run did, written as a script, does the same again.
#include "nemesis/script.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nemesis/nemesis.hpp"
#include "tests/nemesis/cluster_support.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time begin = Time(1'234'567'891);  // no whole millisecond
constexpr Time end = begin + Duration(9'876'543'210);

struct Deeds {
  std::vector<std::string> calls;  // with their instants, in ns
  std::vector<FaultRecord> records;
};

// Leaders come and go, and nodes crash, as the nodes of a run with one seed would.
Deeds carry_out(const RunPlan& plan, std::size_t nodes) {
  FakeCluster cluster(nodes);
  Roles roles("lead");
  Nemesis nemesis = make_nemesis(plan, cluster, roles, [](const FaultRecord&) {});
  Deeds run;
  Time now = begin;
  cluster.before = [&](const std::string& order) {
    run.calls.push_back(fmt::format("{} {}", now.count(), order));
  };
  Random random(1), life(*plan.seed);
  GeneratorContext context;
  context.free = context.all = {nemesis_worker};
  context.random = &random;
  int term = 0;
  Time next_leader = begin + milliseconds(777);
  for (GeneratorPtr schedule = nemesis.schedule;;) {
    context.now = now;
    Offer offer = offer_of(schedule, context);
    auto* offered = std::get_if<Offered>(&offer);
    if (offered == nullptr || offered->operation.time >= end) break;
    now = offered->operation.time;
    for (; next_leader <= now; next_leader += milliseconds(777)) {
      roles.observe({life.pick(cluster.nodes()), "lead", Value::map({{"term", ++term}})});
    }
    Invocation invocation;
    invocation.f = offered->operation.f;
    invocation.value = offered->operation.value;
    nemesis.injector->apply(invocation, now);
    schedule = offered->next;
  }
  now = end;
  nemesis.injector->heal(now);
  run.records = nemesis.injector->records();
  EXPECT_TRUE(cluster.all_clear() && cluster.all_running());
  return run;
}

RunPlan swarm_plan(std::uint64_t seed) {
  RunPlan plan;
  plan.seed = seed;
  plan.faults = {"swarm"};
  Options options("", "nemesis.swarm");
  options.set("allow", Value::list({"disk-flip", "packet-corrupt"}));
  plan.fault_options = {options};
  return plan;
}

// Through the file that a run leaves, as `faultrig replay` goes.
RunPlan script_of(const RunPlan& plan, const Deeds& run) {
  RunPlan script = plan;
  for (const FaultRecord& record : run.records) {
    script.fault_script.push_back(script_step(fault_record_from(to_value(record)), end));
  }
  script.target = "raft_kv";
  return read_plan(to_toml(script), "replay.toml");
}

TEST(Script, ARunWrittenAsAScriptGivesTheSameCallsAtTheSameInstants) {
  std::size_t faults = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::size_t nodes = 1 + seed % 5;
    const Deeds run = carry_out(swarm_plan(seed), nodes);
    if (run.records.empty()) continue;
    faults += run.records.size();
    const RunPlan script = script_of(swarm_plan(seed), run);
    const Deeds again = carry_out(script, nodes);
    ASSERT_EQ(again.calls, run.calls) << "seed " << seed;
    ASSERT_EQ(again.records.size(), run.records.size());
    for (std::size_t i = 0; i < run.records.size(); ++i) {
      EXPECT_EQ(again.records[i].order, run.records[i].order) << run.records[i].kind;
      EXPECT_EQ(again.records[i].targets, run.records[i].targets);
      EXPECT_EQ(again.records[i].ended, run.records[i].ended);
    }
    const Deeds third = carry_out(script_of(swarm_plan(seed), again), nodes);
    ASSERT_EQ(third.calls, run.calls) << "a replay of a replay, seed " << seed;
  }
  EXPECT_GT(faults, 3'000u);
}

TEST(Script, FamiliesRepeatAsWell) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RunPlan plan;
    plan.seed = seed;
    plan.faults = {"partition", "kill", "power", "pause", "packet", "clock", "disk"};
    plan.nemesis_options.set("interval_ms", 200);
    plan.nemesis_options.set("duration_ms", 900);
    const Deeds run = carry_out(plan, 5);
    const Deeds again = carry_out(script_of(plan, run), 5);
    ASSERT_EQ(again.calls, run.calls) << "seed " << seed;
  }
}

TEST(Script, AStepSaysWhatChanceDecided) {
  FaultRecord record;
  record.order =
      Value::map({{"fault", "kill-one"}, {"targets", Value::list({"n2"})}, {"at_ms", 5}});
  record.started = seconds(2);
  record.ended = seconds(2) + Duration(1'500'001);
  const Options step = script_step(record, seconds(9));
  EXPECT_EQ(step.table(), "nemesis.script");
  EXPECT_EQ(step.text("fault", ""), "kill-one");
  EXPECT_EQ(step.integer("at_ms", 0, 0, 10), 5);
  EXPECT_EQ(step.integer("for_ms", 0, 0, 10), 2) << "rounded up";
  record.ended.reset();
  EXPECT_EQ(script_step(record, seconds(9)).integer("for_ms", 0, 0, 10'000), 7'000);
}

TEST(Script, StepsOfOneFamilyOverlap) {
  RunPlan plan;
  plan.seed = 1;
  const auto add = [&](const char* fault, int at, const char* amount, int value) {
    Options step("plan.toml", "nemesis.script");
    step.set("fault", fault);
    step.set("at_ms", at);
    step.set("for_ms", 100);
    step.set("targets", Value::list({"n1"}));
    if (amount != nullptr) step.set(amount, value);
    plan.fault_script.push_back(step);
  };
  add("clock-jump", 10, "offset_ms", 5);
  add("clock-jump", 60, "offset_ms", 7);
  add("disk-slow", 10, "sync_delay_ms", 2);
  add("disk-slow", 60, "sync_delay_ms", 3);
  add("power-one", 300, nullptr, 0);
  add("power-one", 350, nullptr, 0);
  std::vector<std::string> calls;
  for (const std::string& call : carry_out(plan, 3).calls) {
    const std::size_t space = call.find(' ');
    const std::int64_t at = (std::stoll(call.substr(0, space)) - begin.count()) / 1'000'000;
    calls.push_back(fmt::format("{}{}", at, call.substr(space)));
  }
  EXPECT_EQ(calls, (std::vector<std::string>{"10 clock n1 5000000 0", "10 disk n1 2000000",
                                             "60 clock n1 12000000 0", "60 disk n1 5000000",
                                             "110 clock n1 7000000 0", "110 disk n1 3000000",
                                             "160 clock n1 0 0", "160 disk n1 0", "300 power n1",
                                             "350 power n1", "450 start n1", "9876 heal links"}));
}

}  // namespace
}  // namespace faultrig
