#include "harness/run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/run_support.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

History history_of(const FakeExperiment& experiment) {
  return read_history_jsonl(experiment.file("history.jsonl"), "history.jsonl").history;
}

std::ptrdiff_t position(const FakeExperiment& experiment, const std::string& call) {
  const auto& calls = experiment.cluster.calls;
  return std::find(calls.begin(), calls.end(), call) - calls.begin();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Run, goes_from_set_up_to_tear_down) {
  FakeExperiment experiment;
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.ready && record.main_ended && record.healed && record.connected &&
              record.recovered && record.ended);
  EXPECT_LT(*record.ready, *record.main_ended);
  EXPECT_GE(*record.main_ended - *record.ready, milliseconds(990));
  EXPECT_LE(*record.main_ended - *record.ready, milliseconds(1010));
  EXPECT_LE(*record.main_ended, *record.healed);
  EXPECT_LE(*record.healed, *record.connected);
  EXPECT_LE(*record.connected, *record.recovered);
  EXPECT_LE(*record.recovered, *record.ended);
  EXPECT_TRUE(record.connectivity.whole());
  EXPECT_TRUE(record.interrupted.empty());
  EXPECT_TRUE(record.environment_error.empty());
  EXPECT_TRUE(record.warnings.empty());
  EXPECT_EQ(record.folder, experiment.folder->path().string());
  EXPECT_EQ(record.started_at.size(), 20u);
  ASSERT_EQ(record.nodes.size(), 3u);
  EXPECT_EQ(record.nodes[1].name, "n2");
  EXPECT_EQ(record.nodes[1].log_file, "nodes/n2/log.txt");
}

TEST(Run, keeps_its_history_plan_and_record) {
  FakeExperiment experiment;
  const RunRecord record = experiment.run();
  const History history = history_of(experiment);
  std::int64_t writes = 0, reads = 0;
  for (const Operation& operation : history.operations()) {
    EXPECT_EQ(operation.outcome, Outcome::ok);
    (operation.f == "write" ? writes : reads) += 1;
    EXPECT_GE(operation.invoke_time, *record.ready);
  }
  EXPECT_NEAR(static_cast<double>(writes), 500, 60);
  EXPECT_EQ(reads, 4);
  const RunPlan plan = read_plan(experiment.file("plan.toml"), "plan.toml");
  EXPECT_EQ(plan.seed, 7u);
  EXPECT_EQ(plan.clients, 4);
  const Value stored = parse_json(experiment.file("run.json"));
  EXPECT_EQ(stored.integer_or("ready", -1), record.ready->count());
  EXPECT_EQ(stored, to_value(record));
}

TEST(Run, the_same_seed_gives_the_same_history) {
  FakeExperiment first, second, other;
  other.plan.seed = 8;
  first.run();
  second.run();
  other.run();
  EXPECT_EQ(first.file("history.jsonl"), second.file("history.jsonl"));
  EXPECT_NE(first.file("history.jsonl"), other.file("history.jsonl"));
}

TEST(Run, starts_every_node_and_ends_every_node) {
  FakeExperiment experiment;
  experiment.run();
  for (const char* node : {"n1", "n2", "n3"}) {
    EXPECT_TRUE(experiment.called(std::string("start ") + node));
    EXPECT_EQ(experiment.cluster.states[node].state, NodeState::stopped);
  }
}

TEST(Run, waits_until_the_target_is_ready) {
  FakeExperiment experiment;
  experiment.cluster.reachable_at["n2"] = milliseconds(1200);
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.ready);
  EXPECT_GE(*record.ready, milliseconds(1200));
}

TEST(Run, a_node_that_never_gets_ready_is_named_with_its_log) {
  FakeExperiment experiment;
  experiment.cluster.reachable_at["n2"] = milliseconds(1'000'000);
  write_file(experiment.folder->file("nodes/n2/log.txt"), "starting\nwaiting for a disk\n");
  const RunRecord record = experiment.run();
  EXPECT_FALSE(record.ready);
  EXPECT_FALSE(record.main_ended);
  EXPECT_EQ(record.environment_error,
            "cannot get the target ready: node n2 accepted no connections within 2000 ms (c1 -> "
            "n2: connection refused); the last lines of nodes/n2/log.txt:\n  starting\n  waiting "
            "for a disk");
  EXPECT_EQ(record.nodes[1].log_tail, (std::vector<std::string>{"starting", "waiting for a disk"}));
  EXPECT_TRUE(experiment.called("kill n1"));
  EXPECT_TRUE(record.ended);
  EXPECT_EQ(experiment.file("history.jsonl"), "");
}

TEST(Run, a_node_that_exits_early_is_named_with_how_it_ended) {
  FakeExperiment experiment;
  experiment.cluster.before_probe = [&] {
    experiment.cluster.states["n3"] = {NodeState::exited, "signal 11 (SIGSEGV)"};
  };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.environment_error,
            "cannot get the target ready: node n3 ended by itself (signal 11 (SIGSEGV)); its log "
            "nodes/n3/log.txt is empty");
  EXPECT_LT(*record.ended, milliseconds(1000));  // did not wait for the others
}

TEST(Run, a_machine_that_refuses_to_start_a_node_is_noted) {
  FakeExperiment experiment;
  experiment.cluster.refusals.insert({"start n2", {"cannot start", "node n2", 0}});
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.environment_error, "cannot start node n2");
  EXPECT_TRUE(experiment.called("heal"));
  EXPECT_TRUE(experiment.called("kill n1"));
}

TEST(Run, faults_are_injected_recorded_and_healed_before_the_final_reads) {
  FakeExperiment experiment;
  experiment.main = clients_and_nemesis(
      experiment.main, sequence({sleep(milliseconds(300)), operation("start-kill", "n2")}));
  std::optional<Time> first_read;
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (invocation.f == "read" && !first_read) first_read = experiment.clock.now;
    return answer(invocation, body);
  };
  const RunRecord record = experiment.run();
  ASSERT_EQ(record.faults.size(), 1u);
  EXPECT_TRUE(record.faults[0].bit);
  EXPECT_EQ(record.faults[0].started, *record.ready + milliseconds(300));
  EXPECT_EQ(record.faults[0].ended, record.healed);
  EXPECT_GE(*first_read, *record.healed);
  EXPECT_TRUE(record.nodes[1].deaths.empty());
  EXPECT_LT(position(experiment, "injector heal"), position(experiment, "heal"));
  const History history = history_of(experiment);
  for (const Operation& operation : history.operations()) {
    EXPECT_NE(operation.f, "start-kill");
  }
}

TEST(Run, how_wrong_the_clocks_were_stands_in_the_history) {
  FakeExperiment experiment;
  experiment.main = clients_and_nemesis(
      experiment.main, sequence({sleep(milliseconds(300)), operation("start-clock", "n2")}));
  const RunRecord record = experiment.run();
  const Time begun = record.faults.at(0).started, ended = *record.faults.at(0).ended;
  ASSERT_GE(record.clocks.size(), 3u) << "when it begins, meanwhile, when it has ended";
  EXPECT_GE(record.clocks.front().at, begun);
  EXPECT_LE(record.clocks.front().at, begun + milliseconds(50));
  EXPECT_GE(record.clocks.back().at, ended);
  for (const ClockReading& reading : record.clocks) {
    EXPECT_EQ(reading.offsets.at("n1").count(), 0);
    EXPECT_EQ(reading.offsets.at("n2"), std::chrono::hours(reading.at < ended ? 1 : 0));
  }
  const std::string text = experiment.file("history.jsonl");
  EXPECT_TRUE(holds(
      text,
      fmt::format(R"({{"time":{},"type":"info","process":"nemesis","f":"clock-offsets","value":)"
                  R"({{"n1":0,"n2":3600000000000,"n3":0}}}})",
                  record.clocks.front().at.count())))
      << text;
  EXPECT_FALSE(history_of(experiment).operations().empty()) << "no checker stumbles over them";
}

TEST(Run, without_faults_of_clocks_nobody_reads_them) {
  FakeExperiment experiment;
  experiment.main = clients_and_nemesis(
      experiment.main, sequence({sleep(milliseconds(300)), operation("start-kill", "n2")}));
  EXPECT_TRUE(experiment.run().clocks.empty());
  EXPECT_FALSE(holds(experiment.file("history.jsonl"), "nemesis"));
}

TEST(Run, a_death_that_no_fault_caused_is_recorded) {
  FakeExperiment experiment;
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (experiment.clock.now > milliseconds(500)) {
      experiment.cluster.states["n2"] = {NodeState::exited, "exit 1"};
    }
    return answer(invocation, body);
  };
  const RunRecord record = experiment.run();
  ASSERT_EQ(record.nodes[1].deaths.size(), 1u);
  EXPECT_TRUE(record.nodes[1].deaths[0].starts_with("exit 1 at 0.")) << record.nodes[1].deaths[0];
  EXPECT_TRUE(record.nodes[0].deaths.empty());
  ASSERT_FALSE(record.warnings.empty());
  EXPECT_EQ(record.warnings[0], "node n2 does not run after healing: exit 1");
  EXPECT_EQ(record.nodes[0].down_at_end, "");
  EXPECT_EQ(record.nodes[1].down_at_end, "exit 1");
  EXPECT_TRUE(record.environment_error.empty());
}

TEST(Run, where_no_node_runs_after_healing_nothing_is_waited_for) {
  FakeExperiment experiment;
  const auto answer = experiment.service;
  bool is_final = false;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    for (auto& [name, status] : experiment.cluster.states) status = {NodeState::exited, "exit 1"};
    return answer(invocation, body);
  };
  experiment.callbacks.progress = [&](const RunProgress& progress) {
    is_final = is_final || progress.phase == "final reads";
  };
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.main_ended && record.healed && record.ended);
  EXPECT_FALSE(record.connected);
  EXPECT_EQ(record.connectivity.pairs, 0u);
  EXPECT_FALSE(is_final);
  EXPECT_EQ(*record.ended, *record.healed);
  EXPECT_EQ(record.warnings.size(), 3u);
  EXPECT_EQ(record.nodes[2].down_at_end, "exit 1");
}

TEST(Run, a_node_that_ends_during_the_final_reads_is_down_at_the_end) {
  FakeExperiment experiment;
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (invocation.f == "read") experiment.cluster.states["n3"] = {NodeState::exited, "exit 2"};
    return answer(invocation, body);
  };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.nodes[2].down_at_end, "exit 2");
  EXPECT_TRUE(record.warnings.empty());
}

TEST(Run, a_network_that_stays_broken_is_a_warning) {
  FakeExperiment experiment;
  experiment.callbacks.progress = [&](const RunProgress& progress) {
    if (progress.phase == "healing") {
      experiment.cluster.reachable_at["n3"] = milliseconds(1'000'000);
    }
  };
  const RunRecord record = experiment.run();
  EXPECT_FALSE(record.connected);
  EXPECT_FALSE(record.connectivity.whole());
  ASSERT_EQ(record.warnings.size(), 1u);
  EXPECT_EQ(record.warnings[0],
            "the network was not whole 1500 ms after healing: 1 of 3 links, the first c1 -> n3: "
            "connection refused");
  EXPECT_TRUE(record.recovered);  // the final reads are tried all the same
}

TEST(Run, a_system_that_does_not_recover_is_a_warning) {
  FakeExperiment experiment;
  experiment.final = clients(until_ok(repeat(operation("read"))));
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (invocation.f == "read") {
      return VirtualAnswer{milliseconds(50), Value(), TransportFailure::timed_out};
    }
    return answer(invocation, body);
  };
  const RunRecord record = experiment.run();
  EXPECT_FALSE(record.recovered);
  ASSERT_EQ(record.warnings.size(), 1u);
  EXPECT_EQ(record.warnings[0], "no operation succeeded in the 1500 ms after healing");
  EXPECT_LE(*record.ended - *record.connected, milliseconds(1600));
}

TEST(Run, recovery_is_the_first_success_after_healing) {
  FakeExperiment experiment;
  experiment.final = clients(until_ok(repeat(operation("read"))));
  experiment.service = [&](const Invocation& invocation, const Value&) {
    VirtualAnswer answer{milliseconds(50), Value(), TransportFailure::timed_out};
    if (invocation.f == "write" || experiment.clock.now > milliseconds(1400)) {
      answer.failure = std::nullopt;
    }
    return answer;
  };
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.recovered);
  EXPECT_GE(*record.recovered, milliseconds(1450));
  EXPECT_LE(*record.recovered, milliseconds(1550));
}

TEST(Run, without_final_reads_there_is_no_recovery_to_measure) {
  FakeExperiment experiment;
  experiment.final = nullptr;
  const RunRecord record = experiment.run();
  EXPECT_FALSE(record.recovered);
  EXPECT_TRUE(record.warnings.empty());
}

TEST(Run, an_interruption_heals_and_keeps_the_history) {
  FakeExperiment experiment;
  experiment.main = clients_and_nemesis(experiment.main, operation("start-kill", "n2"));
  experiment.callbacks.should_stop = [&] {
    return experiment.clock.now > milliseconds(400) ? "interrupted by SIGINT" : "";
  };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.interrupted, "interrupted by SIGINT");
  EXPECT_TRUE(record.environment_error.empty());
  ASSERT_TRUE(record.main_ended && record.healed && record.ended);
  EXPECT_LT(*record.ended, milliseconds(600));
  EXPECT_FALSE(record.recovered);
  ASSERT_EQ(record.faults.size(), 1u);
  EXPECT_TRUE(record.faults[0].ended);
  const History history = history_of(experiment);
  EXPECT_GT(history.operations().size(), 100u);
  const auto cut_off = std::count_if(history.operations().begin(), history.operations().end(),
                                     [](const Operation& operation) {
                                       return operation.error == "cut off: interrupted by SIGINT";
                                     });
  EXPECT_LE(cut_off, 4);
}

TEST(Run, an_interruption_while_starting_ends_it_at_once) {
  FakeExperiment experiment;
  experiment.cluster.reachable_at["n1"] = milliseconds(1'000'000);
  experiment.callbacks.should_stop = [] { return "enough"; };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.interrupted, "enough");
  EXPECT_FALSE(record.ready);
  EXPECT_TRUE(experiment.called("kill n1"));
}

TEST(Run, a_refusal_in_the_middle_ends_the_run_but_not_the_record) {
  FakeExperiment experiment;
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (experiment.clock.now > milliseconds(300)) {
      experiment.cluster.refusals.insert({"trace", {"cannot read", "the trace of n1", EIO}});
    }
    return answer(invocation, body);
  };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.environment_error, "cannot read the trace of n1: Input/output error");
  EXPECT_TRUE(record.interrupted.empty());
  EXPECT_TRUE(experiment.called("heal"));
  EXPECT_LT(*record.ended, milliseconds(500));
  EXPECT_GT(history_of(experiment).operations().size(), 50u);
}

TEST(Run, an_exception_of_the_driver_is_noted_and_what_was_in_flight_is_cut_off) {
  FakeExperiment experiment;
  experiment.injector.refusal = EnvironmentError("cannot kill", "node n2", EPERM);
  experiment.main = clients_and_nemesis(
      experiment.main, sequence({sleep(milliseconds(200)), operation("start-kill", "n2")}));
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.environment_error, "cannot kill node n2: Operation not permitted");
  EXPECT_TRUE(record.healed);
  const History history = history_of(experiment);
  for (const Operation& operation : history.operations()) {
    EXPECT_TRUE(operation.complete_time.has_value());
  }
}

TEST(Run, a_healing_that_fails_is_noted_and_the_rest_is_still_done) {
  FakeExperiment experiment;
  experiment.cluster.refusals.insert({"heal", {"cannot clear", "link n1 -> n2", EIO}});
  const RunRecord record = experiment.run();
  EXPECT_TRUE(holds(record.environment_error, "cannot clear link n1 -> n2"));
  EXPECT_FALSE(record.healed);
  EXPECT_TRUE(experiment.called("injector heal"));
  EXPECT_TRUE(experiment.called("kill n3"));
}

TEST(Run, a_full_disk_ends_the_run_after_healing) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  FakeExperiment experiment;
  std::filesystem::create_symlink("/dev/full", experiment.folder->file("history.jsonl"));
  const RunRecord record = experiment.run();
  EXPECT_TRUE(holds(record.environment_error, "history.jsonl: No space left on device"))
      << record.environment_error;
  EXPECT_TRUE(holds(record.environment_error, "free space")) << record.environment_error;
  EXPECT_TRUE(record.healed);
  EXPECT_LT(*record.ended, milliseconds(200));
}

TEST(Run, a_bug_of_a_workload_heals_before_it_is_reported) {
  FakeExperiment experiment;
  experiment.main =
      clients(sequence({operation("write"), operation("")}));  // an operation without a name
  EXPECT_THROW(experiment.run(), std::logic_error);
  EXPECT_TRUE(experiment.called("heal"));
  EXPECT_TRUE(experiment.called("kill n1"));
}

TEST(Run, an_injector_that_leaves_a_fault_open_is_a_bug_told_after_everything_is_undone) {
  FakeExperiment experiment;
  experiment.injector.forgets_to_heal = true;
  experiment.main = clients_and_nemesis(experiment.main, operation("start-kill", "n2"));
  const std::string complaint = "fault injector: kill-one #1 is still open after healing";
  try {
    experiment.run();
    ADD_FAILURE() << "nobody complained";
  } catch (const std::logic_error& error) {
    EXPECT_EQ(error.what(), complaint);
  }
  EXPECT_LT(position(experiment, "injector heal"), position(experiment, "heal"));
  EXPECT_TRUE(experiment.called("kill n1"));
  const Value stored = parse_json(experiment.file("run.json"));
  EXPECT_EQ(stored.find("warnings")->as_list(), Value::List{Value(complaint)});
  EXPECT_TRUE(stored.find("healed")->is_nil());
}

TEST(Run, trace_lines_reach_whoever_wants_them) {
  FakeExperiment experiment;
  experiment.cluster.trace = {{"n1", "raft.become_leader", Value::map({{"term", 3}})}};
  experiment.run();
  ASSERT_EQ(experiment.traced.size(), 1u);
  EXPECT_EQ(experiment.traced[0].node, "n1");
  const auto polls =
      std::count(experiment.cluster.calls.begin(), experiment.cluster.calls.end(), "trace");
  EXPECT_GT(polls, 30);
  EXPECT_LT(polls, 60);  // every 20 ms of one second, and at the ends of phases
}

TEST(Run, progress_is_shown_a_few_times_a_second_and_at_every_phase) {
  FakeExperiment experiment;
  experiment.main = clients_and_nemesis(experiment.main, operation("start-kill", "n2"));
  std::vector<RunProgress> shown;
  experiment.callbacks.progress = [&](const RunProgress& progress) { shown.push_back(progress); };
  const RunRecord record = experiment.run();
  std::vector<std::string> phases;
  for (const RunProgress& progress : shown) phases.push_back(progress.phase);
  EXPECT_GE(std::count(phases.begin(), phases.end(), "main"), 4);
  phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
  EXPECT_EQ(phases,
            (std::vector<std::string>{"starting", "main", "healing", "final reads", "stopping"}));
  for (const RunProgress& progress : shown) {
    if (progress.phase != "main" || progress.ok == 0) continue;
    EXPECT_EQ(progress.faults, (std::vector<std::string>{"kill-one"}));
    EXPECT_EQ(progress.phase_ends, *record.ready + milliseconds(1000));
  }
  EXPECT_GT(shown.back().ok, 300);  // other seeds: 364 to 519
}

TEST(Run, a_plan_without_a_seed_is_a_bug) {
  FakeExperiment experiment;
  experiment.plan.seed = std::nullopt;
  EXPECT_THROW(experiment.run(), std::logic_error);
}

// What nodes write while they are ended is read too.
TEST(Run, trace_is_read_once_more_when_the_nodes_are_stopped) {
  FakeExperiment experiment;
  experiment.run();
  const auto& calls = experiment.cluster.calls;
  const auto last_kill = std::find(calls.rbegin(), calls.rend(), "kill n3");
  ASSERT_NE(last_kill, calls.rend());
  EXPECT_NE(std::find(calls.rbegin(), last_kill, "trace"), last_kill);
}

struct Rest {
  FakeExperiment experiment;
  int asked = 0;
  int rested = 0;
  // It has settled when it is asked the `settled`th time.
  RunRecord run(int settled) {
    experiment.adjust = [this, settled](RunParts& parts) {
      parts.rest = std::chrono::seconds(5);
      parts.has_settled = [this, settled] { return ++asked >= settled; };
      parts.at_rest = [this] { ++rested; };
    };
    return experiment.run();
  }
};

TEST(Run, the_rest_ends_when_everything_has_settled) {
  Rest settled;
  const RunRecord at_once = settled.run(1);
  EXPECT_EQ(settled.asked, 1);
  EXPECT_EQ(settled.rested, 1);
  Rest later;
  const RunRecord record = later.run(11);
  EXPECT_EQ(later.asked, 11);
  EXPECT_LT(*record.ended - *at_once.ended, std::chrono::milliseconds(200));
  Rest never;
  const RunRecord waited = never.run(1'000'000);
  EXPECT_EQ(never.rested, 1);
  EXPECT_GE(*waited.ended - *waited.recovered, std::chrono::seconds(5));
}

TEST(Run, an_interrupted_rest_is_none) {
  Rest rest;
  rest.experiment.callbacks.should_stop = [&] { return rest.asked > 3 ? "enough" : ""; };
  rest.run(1'000'000);
  EXPECT_EQ(rest.rested, 0);
}

}  // namespace
}  // namespace faultrig
