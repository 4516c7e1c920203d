// The machine-readable reports and the judgement of the faults.
#include <gtest/gtest.h>

#include <functional>

#include "checkers/history/json.hpp"
#include "reports/faults.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

std::string first_gap(const RunRecord& record) {
  const Verdict verdict = judge_faults(record);
  EXPECT_EQ(verdict.validity, Validity::unknown);
  const auto* inactivity = std::get_if<Inactivity>(&verdict.evidence);
  if (inactivity == nullptr) return "no evidence";
  EXPECT_EQ(verdict.reasons, inactivity->gaps);
  return inactivity->gaps.front();
}

TEST(JudgeFaults, AFaultThatDidNotBiteIsAWarningWhileItsFamilyBit) {
  StaleRun run;
  EXPECT_EQ(judge_faults(run.record).validity, Validity::valid);
  ASSERT_EQ(unbitten(run.record).size(), 1u);
  EXPECT_TRUE(unbitten(run.record).front().starts_with("#3 partition-majorities-ring"));
}

TEST(JudgeFaults, AFamilyThatNeverBitIsUnknown) {
  StaleRun run;
  run.record.faults[1].bit = false;
  EXPECT_TRUE(first_gap(run.record).starts_with("no partition fault took effect: 2 struck"));
}

TEST(JudgeFaults, AFamilyThatNeverStruckIsUnknown) {
  StaleRun run;
  run.record.plan.faults = {"pause-leader"};
  EXPECT_EQ(first_gap(run.record),
            "faults of family pause were asked for, but the run was over before one struck");
  run.record.plan.faults = {"jam"};
  EXPECT_TRUE(first_gap(run.record).starts_with("faults of family packet"));
}

TEST(JudgeFaults, ScriptedFaultsAreAskedForToo) {
  StaleRun run;
  Options step("plan.toml", "nemesis.script");
  step.set("fault", Value("pause-one"));
  run.record.plan.fault_script = {step};
  EXPECT_TRUE(first_gap(run.record).starts_with("faults of family pause"));
}

TEST(JudgeFaults, ASwarmIsUnknownOnlyWhenNoFaultAtAllBit) {
  StaleRun run;
  run.record.plan.faults = {"swarm"};
  EXPECT_EQ(judge_faults(run.record).validity, Validity::valid);
  run.record.faults[1].bit = false;
  EXPECT_EQ(judge_faults(run.record).validity, Validity::valid) << "another family did";
  for (FaultRecord& fault : run.record.faults) fault.bit = false;
  EXPECT_TRUE(first_gap(run.record).starts_with("no fault took effect: 3 struck, the last was"));
  run.record.faults.clear();
  EXPECT_EQ(first_gap(run.record),
            "a swarm of faults was asked for, but the run was over before one struck");
}

TEST(JudgeFaults, WithoutFaultsThereIsNothingToProve) {
  StaleRun run;
  run.record.plan.faults.clear();
  run.record.faults.clear();
  EXPECT_EQ(judge_faults(run.record).validity, Validity::valid);
}

TEST(JudgeFaults, EveryWayOfNotFinishingIsUnknown) {
  const auto gap = [](const std::function<void(RunRecord&)>& spoil) {
    StaleRun run;
    spoil(run.record);
    return first_gap(run.record);
  };
  EXPECT_EQ(gap([](RunRecord& r) { r.ready.reset(); }), "the target never got ready");
  EXPECT_EQ(gap([](RunRecord& r) { r.main_ended.reset(); }),
            "the run ended before its main phase did");
  EXPECT_EQ(gap([](RunRecord& r) { r.interrupted = "SIGINT"; }), "the run was cut short: SIGINT");
  EXPECT_EQ(gap([](RunRecord& r) { r.environment_error = "disk full"; }),
            "the machine refused: disk full");
  EXPECT_EQ(gap([](RunRecord& r) { r.recovered.reset(); }),
            "no operation succeeded after healing, within 20.000 s");
  EXPECT_EQ(gap([](RunRecord& r) {
              r.connected.reset();
              r.connectivity.broken = {{"n1", "n2", "timed out"}};
            }),
            "connectivity was never whole after healing: 1 of 70 pairs failed, for example n1 -> "
            "n2: timed out");
}

// A run that was cut short claims nothing of what it did not get to.
TEST(JudgeFaults, WhatWasNotMeasuredIsNotClaimed) {
  const auto gaps = [](const std::function<void(RunRecord&)>& spoil) {
    StaleRun run;
    run.record.connected.reset();
    run.record.recovered.reset();
    run.record.connectivity = {};
    spoil(run.record);
    return judge_faults(run.record).reasons;
  };
  EXPECT_EQ(gaps([](RunRecord& r) { r.interrupted = "interrupted by SIGINT"; }),
            (std::vector<std::string>{"the run was cut short: interrupted by SIGINT",
                                      "recovery was not measured: the run was interrupted"}));
  EXPECT_EQ(gaps([](RunRecord& r) { r.environment_error = "disk full"; }),
            (std::vector<std::string>{
                "the machine refused: disk full",
                "recovery was not measured: the machine refused something before that"}));
  EXPECT_EQ(gaps([](RunRecord& r) {
              for (NodeRecord& node : r.nodes) node.down_at_end = "exit 1";
            }).front(),
            "recovery was not measured: no node ran after healing");
  EXPECT_EQ(gaps([](RunRecord&) {}).size(), 2u);
}

TEST(JudgeFaults, ANodeThatDiedAndStaysDeadIsUnknownOneThatRunsAgainIsNot) {
  StaleRun run;
  run.record.nodes[1].deaths = {"exit 1 at 1.0 s", "exit 1 at 3.2 s"};
  EXPECT_EQ(judge_faults(run.record).validity, Validity::valid);
  run.record.nodes[1].down_at_end = "exit 1";
  EXPECT_EQ(first_gap(run.record),
            "node n2 ended by itself (exit 1 at 3.2 s) and did not run at the end");
  run.record.nodes[1].deaths.clear();
  run.record.nodes[1].down_at_end = "stopped";
  EXPECT_EQ(first_gap(run.record), "node n2 did not run at the end (stopped)");
}

TEST(VerdictJson, CarriesVerdictsEvidenceAndExitCode) {
  StaleRun run;
  const std::string text = verdict_json(run.report());
  EXPECT_EQ(text.back(), '\n');
  const Value value = parse_json(text);
  EXPECT_EQ(value.string_or("validity", ""), "invalid");
  EXPECT_EQ(value.integer_or("exit_code", -1), 1);
  EXPECT_EQ(value.string_or("seed", ""), "4711");
  const Value& checker = value.find("checkers")->as_list().front();
  EXPECT_EQ(checker.string_or("name", ""), "linearizable");
  const Value& evidence = *checker.find("evidence");
  EXPECT_EQ(evidence.integer_or("key", -1), 17);
  ASSERT_EQ(evidence.find("core")->as_list().size(), 3u);
  const Value& read = evidence.find("core")->as_list().back();
  EXPECT_EQ(read.string_or("f", ""), "read");
  EXPECT_EQ(read.integer_or("output", -1), 38);
  EXPECT_EQ(read.integer_or("invoke_ns", -1), 4'125'000'000);
  EXPECT_EQ(value.find("operations")->find("write")->integer_or("info", -1), 1);
  EXPECT_EQ(value.find("faults")->integer_or("took_effect", -1), 2);
}

TEST(VerdictJson, IndentingKeepsTheValue) {
  const Value value = parse_json(R"({"a":[],"b":{},"c":[1,[2,{"d":"\"x\n"}]],"e":null})");
  EXPECT_EQ(parse_json(indented_json(value)), value);
  EXPECT_EQ(indented_json(Value::list({1, 2})), "[\n  1,\n  2\n]\n");
}

TEST(Junit, InvalidIsAFailureAndUnknownAnError) {
  StaleRun run;
  Verdict unknown;
  unknown.checker = "faults";
  unknown.reasons = {"no <partition> took effect"};
  run.verdicts.push_back(unknown);
  const std::string text = junit_xml(run.report());
  EXPECT_NE(text.find("tests=\"3\" failures=\"1\" errors=\"1\""), std::string::npos) << text;
  EXPECT_NE(text.find("<failure message=\"key 17: no order"), std::string::npos);
  EXPECT_NE(text.find("<error message=\"no &lt;partition&gt; took effect\">"), std::string::npos);
  EXPECT_NE(text.find("read -&gt; 38"), std::string::npos) << "the story is in the failure";
}

}  // namespace
}  // namespace faultrig
