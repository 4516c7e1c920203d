#include "reports/story.hpp"

#include <gtest/gtest.h>

#include "checkers/history/timeline.hpp"
#include "reports/anomaly.hpp"
#include "reports/text.hpp"
#include "reports/words.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

TEST(Story, AStaleReadIsToldSoThatARaftReaderUnderstandsIt) {
  StaleRun run;
  EXPECT_EQ(story(run.report()), R"(INVALID: linearizable
A stale read: key 17, answered by n2

  Write 38 was acknowledged by n2 at 2.904 s (process 0).
  Write 41 was acknowledged by n4 at 3.912 s (process 3).
  0.213 s later, process 7 asked n2 at 4.125 s to read key 17 and was told 38.
  Whoever asks after write 41 was acknowledged must be told 41 or something newer.

Faults in force at that time
  #1 n5 was down (killed) from 2.800 s to 4.900 s (n5: 1 process ended)
  #2 partition-leader from 3.210 s to 6.000 s: n2 | n1 n3 n4 n5; the leader alone from its
     peers, in reach of every client (1203 packets dropped on 8 of 8 links)
     n2, which gave the impossible answer, had been cut off for 0.915 s when it was asked.

The operations that prove it
       asked    answered  process  node  operation
     2.900 s     2.904 s        0  n2    write 38
     3.908 s     3.912 s        3  n4    write 41
     4.125 s     4.126 s        7  n2    read -> 38

Drawn, to paste into a test file (leave out any one and the rest has an order)

check linearizable model=cas-register
p0  |--write 38--|
p3                   |--write 41--|
p7                                    |--read 38--|
----
invalid

Where every order gets stuck
  The longest order that works has 2 of 6 operations; the register holds 41 then. None of these
  can come next:
    read -> 38 (process 7 on n2): the register holds 41, the read returned 38

Planted on purpose in this run: raft-stale-read-from-old-leader.
Repeat with: faultrig run raft_kv --bug raft-stale-read-from-old-leader --seed 4711
)");
}

TEST(Story, WorksOnAHistoryAlone) {
  StaleRun run;
  Report report = run.report();
  report.record = nullptr;
  const std::string text = story(report);
  EXPECT_NE(text.find("A stale read: key 17, answered by n2"), std::string::npos);
  EXPECT_EQ(text.find("Faults"), std::string::npos);
  EXPECT_EQ(text.find("Repeat"), std::string::npos);
}

TEST(Story, AFaultWithoutEffectWasNotInForce) {
  StaleRun run;
  run.record.faults[0].bit = false;
  const std::string text = story(run.report());
  EXPECT_NE(text.find("#2 partition-leader from"), std::string::npos);
  EXPECT_EQ(text.find("n5 was down"), std::string::npos) << text;
  run.record.faults[1].bit = false;
  EXPECT_NE(story(run.report()).find("No fault was in force at that time."), std::string::npos);
}

// A replay spells its cuts out; the story still knows a node that they cut off.
TEST(Story, ACutLinkByLinkCutsOffWhomItLeavesNoLink) {
  StaleRun run;
  Value::List links;
  for (const NodeRecord& node : run.record.nodes) {
    if (node.name == "n2") continue;
    links.emplace_back("n2 -> " + node.name);
    links.emplace_back(node.name + " -> n2");
  }
  FaultRecord& fault = run.record.faults[1];
  fault.kind = "partition-cut";
  fault.order = Value::map({{"links", Value(links)}});
  EXPECT_NE(story(run.report()).find("had been cut off for"), std::string::npos);
  links.pop_back();
  fault.order = Value::map({{"links", Value(links)}});
  EXPECT_EQ(story(run.report()).find("had been cut off for"), std::string::npos);
}

// What is said of the node that answered must be true of the kind of fault.
TEST(Story, SaysOnlyWhatTheFaultDidToTheNodeThatAnswered) {
  const auto told_with = [](const std::string& family, const std::string& kind,
                            const std::string& node, double ended) {
    StaleRun run;
    run.record.faults = {
        {1, family, kind, {node}, node, at_seconds(3), at_seconds(ended), true, {}}};
    return story(run.report());
  };
  const auto says = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(
      says(told_with("partition", "partition-one", "n2", 6), "had been cut off for 1.125 s"));
  EXPECT_TRUE(says(told_with("partition", "partition-one-way", "n2", 6), "in one direction for"));
  EXPECT_TRUE(
      says(told_with("partition", "partition-one", "n2", 4), "had been reconnected 0.125 s"));
  EXPECT_TRUE(
      says(told_with("kill", "kill-one", "n2", 4), "had been started again 0.125 s before"));
  EXPECT_TRUE(
      says(told_with("power", "power-one", "n2", 4), "had been started again 0.125 s before"));
  EXPECT_TRUE(says(told_with("power", "power-one", "n2", 6), "n2 was without power from"));
  EXPECT_FALSE(says(told_with("clock", "clock-jump", "n2", 6), "impossible answer, had"));
  EXPECT_TRUE(says(told_with("pause", "pause-one", "n2", 4), "had woken up 0.125 s before"));
  for (const char* kind : {"partition-bridge", "partition-majorities-ring", "partition-clients"}) {
    EXPECT_FALSE(says(told_with("partition", kind, "n2", 6), "impossible answer")) << kind;
  }
  EXPECT_FALSE(says(told_with("packet", "packet-loss", "n2", 4), "impossible answer"));
  EXPECT_FALSE(says(told_with("partition", "partition-one", "n3", 6), "impossible answer"));
}

// Two writes seen in both orders: none of the shapes that have a name.
TEST(Story, AnImpossibleOrderWithoutANameIsStillToldInWords) {
  StaleRun run;
  std::vector<Operation> core = {
      make_operation(0, "write", 1, 1, Outcome::ok, 3.0, 3.5, "n1"),
      make_operation(1, "write", 2, {}, Outcome::info, 3.01, 4.01, "n2"),
      make_operation(2, "read", {}, 1, Outcome::ok, 3.1, 3.11, "n3"),
      make_operation(2, "read", {}, 2, Outcome::ok, 3.2, 3.21, "n3"),
      make_operation(5, "cas", Value::list({1, 3}), Value::list({1, 3}), Outcome::ok, 3.3, 3.31,
                     "n1"),
  };
  number_events(core);
  run.operations = core;
  auto& proof = std::get<NotLinearizable>(run.verdicts[0].evidence);
  proof.core = core;
  EXPECT_EQ(lead(run.report()),
            "No order of 5 operations gives the answers that clients got: key 17");
  const std::string text = story(run.report());
  const std::string told = R"(INVALID: linearizable
No order of 5 operations gives the answers that clients got: key 17

  On key 17, in the order of asking, process 0 wrote 1 (n1), process 1 asked to write 2 (n2, never
  answered), process 2 read 1 (n3), process 2 read 2 (n3) and process 5 replaced 1 by 3 (n1).
  No order of these 5 operations gives all of these answers, not even when those that overlapped
  in time are swapped at will.

)";
  EXPECT_EQ(text.substr(0, told.size()), told);
}

TEST(Story, TheDrawnCoreCanBeReadBack) {
  StaleRun run;
  const auto& proof = std::get<NotLinearizable>(run.verdicts[0].evidence);
  const Timeline timeline = parse_timeline(drawn_core(proof));
  EXPECT_EQ(timeline.checker, "linearizable");
  EXPECT_EQ(timeline.options.at("model"), "cas-register");
  EXPECT_EQ(timeline.history.operations().size(), 3u);
  EXPECT_EQ(timeline.expected, "invalid");
}

TEST(Story, UnknownGivesItsReasonsAndValidOneLine) {
  Verdict unknown;
  unknown.checker = "activity";
  unknown.reasons = {"no read ever succeeded"};
  const std::vector<Verdict> verdicts = {unknown};
  EXPECT_EQ(story({nullptr, {}, verdicts, Validity::unknown, 2}),
            "UNKNOWN: activity\n  - no read ever succeeded\n");
  EXPECT_EQ(story({nullptr, {}, {}, Validity::valid, 0}),
            "VALID: nothing wrong was seen in 0 operations.\n");
}

TEST(Lead, IsWhatEndedTheRunEarly) {
  StaleRun run;
  Verdict unknown;
  unknown.checker = "activity";
  unknown.reasons = {"the history is empty"};
  run.verdicts = {unknown};
  Report report = run.report();
  report.validity = Validity::unknown;
  EXPECT_EQ(lead(report), "The history is empty");
  run.record.interrupted = "interrupted by SIGINT";
  EXPECT_EQ(lead(report), "Interrupted by SIGINT");
  run.record.connected.reset();
  run.record.recovered.reset();
  EXPECT_EQ(recovery_words(run.record),
            "healed at 10.450 s; not measured further: the run was interrupted");
  run.record.environment_error =
      "cannot get the target ready: node n1 ended by itself (exit 1); the last lines of "
      "nodes/n1/log.txt:\n  no such file";
  EXPECT_EQ(lead(report), "Cannot get the target ready: node n1 ended by itself (exit 1)");
}

TEST(Lead, IsAViolationEvenWhenTheRunWasCutShort) {
  StaleRun run;
  run.record.interrupted = "interrupted by SIGINT";
  EXPECT_EQ(lead(run.report()), "A stale read: key 17, answered by n2");
}

TEST(Summary, SaysWhatHappenedWhatWasDoneAndHowToRepeatIt) {
  StaleRun run;
  EXPECT_EQ(terminal_summary(run.report(), false), R"(INVALID  A stale read: key 17, answered by n2
  raft_kv, workload register, 5 nodes, 10 clients, 10.000 s on local, seed 4711, planted:
  raft-stale-read-from-old-leader

  checks       linearizable   INVALID key 17: no order of its 6 operations is possible
               activity       VALID   4 succeeded
  operations                        ok    fail unknown   ok under faults
               cas                   0       1       0                 0
               read                  2       0       0                 2
               write                 2       0       1                 2
  errors       1 x timed-out: no answer within 1000 ms
  faults       3 struck, 2 took effect
    #1    2.800 s to 4.900 s     kill-one n5 (n5: 1 process ended); ok meanwhile: 2 read, 2 write
    #2    3.210 s to 6.000 s     partition-leader n2 | n1 n3 n4 n5; the leader alone from its
                                peers, in reach of every client (1203 packets dropped on 8 of 8
                                links); ok meanwhile: 2 read, 1 write
    #3    7.000 s to 7.200 s     NO EFFECT partition-majorities-ring ring n4 n1 n3 n2 n5: every
                                node hears a majority, no two the same (no packet was dropped on
                                10 links); ok meanwhile: nothing
  recovery     healed at 10.450 s; every link whole 0.150 s later; first success 0.450 s after
               healing
  files        runs/0007-raft_kv/report.html
               runs/0007-raft_kv/story.txt
               runs/0007-raft_kv/history.jsonl
  repeat       faultrig run raft_kv --bug raft-stale-read-from-old-leader --seed 4711
)");
}

TEST(Errors, AreCountedByWhatTheySay) {
  std::vector<Operation> operations(8);
  for (Operation& operation : operations) operation.outcome = Outcome::fail;
  operations[0].outcome = Outcome::ok;
  operations[0].error = "not a failure";
  operations[1].error = "b: had 7";
  operations[2].error = "a: no leader is known";
  operations[3].error = "b: had 12";
  operations[4].error = "a: no leader is known";
  operations[5].error = "b: had 3";
  operations[6].error = std::string(70, 'c');
  operations[7].error = "d\033[2J";
  EXPECT_EQ(
      frequent_errors(operations),
      (std::vector<std::string>{"3 x b: had #", "2 x a: no leader is known",
                                "1 x " + std::string(60, 'c') + "...", "and 1 with other errors"}));
  EXPECT_TRUE(frequent_errors({}).empty());
}

TEST(Errors, AreToldWhereTooLittleSucceeded) {
  StaleRun run;
  Verdict unknown;
  unknown.checker = "activity";
  unknown.reasons = {"no cas succeeded"};
  run.verdicts = {unknown};
  Report report{nullptr, run.operations, run.verdicts, Validity::unknown, 2};
  EXPECT_EQ(story(report),
            "UNKNOWN: activity\n  - no cas succeeded\n\n"
            "Why operations failed or stayed unknown\n"
            "  1 x timed-out: no answer within 1000 ms\n");
}

TEST(Summary, ColoursOnlyWhenAsked) {
  StaleRun run;
  EXPECT_EQ(terminal_summary(run.report(), false).find('\033'), std::string::npos);
  EXPECT_TRUE(terminal_summary(run.report(), true).starts_with("\033[1;31mINVALID\033[0m"));
}

TEST(Words, EvidenceOfEveryNodeInShort) {
  FaultRecord fault;
  EXPECT_EQ(evidence_words(fault), "");
  fault.targets = {"n1", "n2", "n3"};
  fault.evidence = {"n1: 1 process ended", "n2: 1 process ended", "n3: 1 process ended"};
  EXPECT_EQ(evidence_words(fault), "3 nodes: 1 process ended each");
  fault.evidence[2] = "n3: was running at the end";
  EXPECT_EQ(evidence_words(fault), "n1: 1 process ended; and 2 more");
  fault.evidence = {"9 packets dropped on 2 of 2 links", "n1 -> n2: 5", "n2 -> n1: 4"};
  EXPECT_EQ(evidence_words(fault), "9 packets dropped on 2 of 2 links");
}

TEST(Words, TimesListsAndWrapping) {
  EXPECT_EQ(seconds(at_seconds(1.2346)), "1.235 s");
  EXPECT_EQ(seconds(at_seconds(-0.2)), "-0.200 s");
  EXPECT_EQ(listed({"n1", "n2", "n3"}), "n1, n2 and n3");
  EXPECT_EQ(wrapped("aa bb cc", "  ", 7), "  aa bb\n  cc\n");
  EXPECT_EQ(wrapped("a-word-longer-than-the-line", " ", 7), " a-word-longer-than-the-line\n");
}

}  // namespace
}  // namespace faultrig
