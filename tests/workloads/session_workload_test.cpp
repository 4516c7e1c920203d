// The whole workload against a store in memory.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "checkers/guarded_check.hpp"
#include "harness/errors.hpp"
#include "tests/workloads/workload_run_support.hpp"

namespace faultrig {
namespace {

RunPlan session_plan(int clients = 6) {
  RunPlan plan;
  plan.workload = "session";
  plan.clients = clients;
  plan.rate = 1'000;
  plan.seed = 1;
  return plan;
}

std::map<std::string, Validity> judged(const RunPlan& plan, const Ran& ran) {
  std::map<std::string, Validity> found;
  for (const auto& checker : make_workload(plan).checkers) {
    found[checker->name()] = guarded_check(*checker, ran.history(), CheckBudget{}).validity;
  }
  return found;
}

TEST(SessionWorkload, ACorrectStoreKeepsEveryGuarantee) {
  RunPlan plan = session_plan();
  plan.convergence = std::chrono::milliseconds(300);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  EXPECT_GT(ran.main_events, 2'000u);
  EXPECT_EQ(judged(plan, ran),
            (std::map<std::string, Validity>{{"read-your-writes", Validity::valid},
                                             {"monotonic-reads", Validity::valid},
                                             {"monotonic-writes", Validity::valid},
                                             {"writes-follow-reads", Validity::valid},
                                             {"convergence", Validity::valid},
                                             {"activity", Validity::valid}}));
}

TEST(SessionWorkload, AnOldValueBreaksAGuaranteeThatIsNamed) {
  Workload workload = make_workload(session_plan());
  const auto found = judged(session_plan(), run(session_plan(), workload, true));
  EXPECT_EQ(found.at("read-your-writes"), Validity::invalid);
  EXPECT_EQ(found.at("monotonic-reads"), Validity::invalid);
  EXPECT_EQ(found.at("activity"), Validity::valid);
  EXPECT_FALSE(found.contains("convergence")) << "nothing of the kind was promised";
}

// What each pattern is for: see session_load.hpp.
TEST(SessionWorkload, SessionsDoAllThatShowsAGuaranteeLost) {
  Workload workload = make_workload(session_plan());
  const Ran ran = run(session_plan(), workload);
  std::map<ProcessId, std::vector<Event>> sessions;
  std::set<Value> values;
  for (std::size_t i = 0; i < ran.main_events; ++i) {
    const Event& event = ran.events[i];
    if (event.type != EventType::invoke) continue;
    sessions[event.process].push_back(event);
    if (event.f == "write") {
      EXPECT_TRUE(values.insert(event.value).second) << event.value.to_string();
    }
  }
  ASSERT_EQ(sessions.size(), 6u);
  for (const auto& [process, events] : sessions) {
    std::map<std::string, int> seen;
    for (std::size_t i = 1; i < events.size(); ++i) {
      const Event& before = events[i - 1];
      const Event& event = events[i];
      const bool is_same = *event.key == *before.key;
      const std::int64_t own = 2 * (process % 3);
      if (event.f == "write") {
        EXPECT_EQ(event.key->as_integer() / 2, own / 2) << "keys of others are not written";
      }
      ++seen[before.f + ", " + event.f + (is_same ? " the same" : " another")];
    }
    for (const char* kind : {"write, read the same", "read, read the same", "write, write another",
                             "read, read another", "read, write another"}) {
      EXPECT_GT(seen[kind], 5) << kind << " by process " << process;
    }
  }
}

TEST(SessionWorkload, FinalReadsWaitUntilNodesMustAgreeAndAreMarked) {
  RunPlan plan = session_plan();
  plan.convergence = std::chrono::milliseconds(1'500);
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  std::map<ProcessId, std::set<Value>> marked;
  bool is_served_at_once = false;
  for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    if (event.type != EventType::invoke) continue;
    if (event.value.is_nil()) is_served_at_once = true;
    if (event.value.is_nil()) continue;
    EXPECT_EQ(event.value, Value("final"));
    EXPECT_GE(event.time, std::chrono::milliseconds(3'400));
    marked[event.process].insert(*event.key);
  }
  EXPECT_TRUE(is_served_at_once);
  ASSERT_EQ(marked.size(), 6u);
  for (const auto& [process, keys] : marked) EXPECT_EQ(keys.size(), 6u) << process;
}

TEST(SessionWorkload, RefusesWhatItDoesNotKnow) {
  for (const auto& [option, value] :
       std::map<std::string, Value>{{"pair", 3}, {"pairs", 0}, {"reads_again", 0}}) {
    RunPlan plan = session_plan();
    plan.workload_options.set(option, value);
    EXPECT_THROW(make_workload(plan), UsageError) << option;
  }
}

}  // namespace
}  // namespace faultrig
