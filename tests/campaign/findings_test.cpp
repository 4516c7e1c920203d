#include "campaign/findings.hpp"

#include <gtest/gtest.h>

#include "tests/campaign/plans_support.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

using Names = std::vector<std::string>;

Verdict verdict_of(const std::string& checker, Validity validity) {
  Verdict verdict;
  verdict.checker = checker;
  verdict.validity = validity;
  return verdict;
}

BrokenInvariant broken(const std::string& property) {
  BrokenInvariant invariant;
  invariant.property = property;
  return invariant;
}

TEST(Findings, nothing_wrong_is_no_finding) {
  SimulatedRun run;
  run.judgement.verdicts = {verdict_of("linearizable", Validity::valid),
                            verdict_of("faults", Validity::unknown)};
  EXPECT_TRUE(findings_of(run).empty());
}

TEST(Findings, broken_invariants_come_first_in_their_order_and_then_the_checkers) {
  SimulatedRun run;
  run.record.broken_invariants = {broken("log-matching"), broken("election-safety")};
  run.judgement.verdicts = {verdict_of("linearizable", Validity::invalid),
                            verdict_of("invariants", Validity::invalid),
                            verdict_of("progress", Validity::invalid)};
  EXPECT_EQ(findings_of(run),
            (Names{"log-matching", "election-safety", "linearizable", "progress"}));
}

TEST(Findings, a_history_that_is_not_linearizable_has_the_name_of_its_shape) {
  const std::vector<Event> events = [] {
    const auto event = [](std::int64_t index, ProcessId process, EventType type, const char* f,
                          Value value) {
      return Event{index,    Time(index * 1'000), process,      type, f,
                   Value(1), std::move(value),    std::nullopt, "n1"};
    };
    return std::vector<Event>{
        event(0, 0, EventType::invoke, "write", 1),      event(1, 0, EventType::ok, "write", 1),
        event(2, 0, EventType::invoke, "write", 2),      event(3, 0, EventType::ok, "write", 2),
        event(4, 1, EventType::invoke, "read", Value()), event(5, 1, EventType::ok, "read", 1)};
  }();
  SimulatedRun run;
  run.history = history_from(events);
  const Workload workload = make_workload(simulated_plan());
  run.judgement = judge(run.history, workload.checkers, {}, nullptr);
  EXPECT_EQ(run.judgement.validity, Validity::invalid);
  EXPECT_EQ(findings_of(run), Names{"linearizable: stale read"});
}

TEST(Judge, nothing_judged_is_unknown) {
  EXPECT_EQ(judge(History(), {}, {}, nullptr).validity, Validity::unknown);
}

}  // namespace
}  // namespace faultrig
