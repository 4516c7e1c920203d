#include "tests/reports/run_support.hpp"

#include <algorithm>

namespace faultrig {

Time at_seconds(double seconds) {
  return std::chrono::round<Time>(std::chrono::duration<double>(seconds));
}

Operation make_operation(ProcessId process, std::string f, Value input, Value output,
                         Outcome outcome, double invoked_seconds, double completed_seconds,
                         std::string node) {
  Operation operation;
  operation.process = process;
  operation.f = std::move(f);
  operation.key = Value(17);
  operation.input = std::move(input);
  operation.output = std::move(output);
  operation.outcome = outcome;
  operation.node = std::move(node);
  operation.invoke_time = at_seconds(invoked_seconds);
  operation.complete_time = at_seconds(completed_seconds);
  if (outcome == Outcome::info) operation.error = "timed-out: no answer within 1000 ms";
  return operation;
}

void number_events(std::vector<Operation>& operations) {
  std::sort(operations.begin(), operations.end(),
            [](const Operation& a, const Operation& b) { return a.invoke_time < b.invoke_time; });
  std::vector<Time> instants;
  for (const Operation& operation : operations) {
    instants.push_back(operation.invoke_time);
    instants.push_back(*operation.complete_time);
  }
  std::sort(instants.begin(), instants.end());
  const auto index = [&](Time time) {
    return std::lower_bound(instants.begin(), instants.end(), time) - instants.begin();
  };
  for (Operation& operation : operations) {
    operation.invoked_at = index(operation.invoke_time);
    operation.completed_at =
        operation.outcome == Outcome::info ? Operation::never : index(*operation.complete_time);
  }
}

StaleRun::StaleRun() {
  record.plan.name = "raft_kv";
  record.plan.target = "raft_kv";
  record.plan.workload = "register";
  record.plan.seed = 4711;
  record.plan.duration = std::chrono::seconds(10);
  record.plan.faults = {"partition", "kill"};
  record.plan.bugs = {"raft-stale-read-from-old-leader"};
  record.folder = "runs/0007-raft_kv";
  record.started_at = "2026-01-02T03:04:05Z";
  record.version = "0.1.0";
  record.repeat_with = "faultrig run raft_kv --bug raft-stale-read-from-old-leader --seed 4711";
  record.ready = at_seconds(0.4);
  record.main_ended = at_seconds(10.4);
  record.healed = at_seconds(10.45);
  record.connected = at_seconds(10.6);
  record.recovered = at_seconds(10.9);
  record.ended = at_seconds(11.2);
  record.connectivity.pairs = 70;
  FaultRecord partition{
      1,
      "partition",
      "partition-leader",
      {"n2"},
      "n2 | n1 n3 n4 n5; the leader alone from its peers, in reach of every client",
      at_seconds(3.21),
      at_seconds(6),
      true,
      {"1203 packets dropped on 8 of 8 links", "n2 -> n1: 410"}};
  FaultRecord kill{2,
                   "kill",
                   "kill-one",
                   {"n5"},
                   "n5",
                   at_seconds(2.8),
                   at_seconds(4.9),
                   true,
                   {"n5: 1 process ended"}};
  FaultRecord ring{3,
                   "partition",
                   "partition-majorities-ring",
                   {"n1", "n2", "n3", "n4", "n5"},
                   "ring n4 n1 n3 n2 n5: every node hears a majority, no two the same",
                   at_seconds(7),
                   at_seconds(7.2),
                   false,
                   {"no packet was dropped on 10 links"}};
  record.faults = {kill, partition, ring};
  record.faults[0].id = 1;
  record.faults[1].id = 2;
  for (const char* name : {"n1", "n2", "n3", "n4", "n5"}) {
    record.nodes.push_back({name,
                            "10.77.1.1:7000",
                            std::string("nodes/") + name + "/log.txt",
                            {"started", "listening"},
                            {}});
  }
  operations = {
      make_operation(0, "write", 38, 38, Outcome::ok, 2.9, 2.904, "n2"),
      make_operation(3, "write", 41, 41, Outcome::ok, 3.908, 3.912, "n4"),
      make_operation(7, "read", {}, 38, Outcome::ok, 4.125, 4.126, "n2"),
      make_operation(4, "read", {}, 41, Outcome::ok, 4.2, 4.204, "n4"),
      make_operation(9, "write", 42, {}, Outcome::info, 4.3, 5.3, "n2"),
      make_operation(4, "cas", Value::list({41, 43}), {}, Outcome::fail, 5.4, 5.41, "n1"),
  };
  number_events(operations);

  NotLinearizable proof;
  proof.model = "cas-register";
  proof.key = Value(17);
  proof.core = {operations[0], operations[1], operations[2]};
  proof.prefix = {operations[0], operations[1]};
  proof.state_after_prefix = "the register holds 41";
  proof.refused = {{operations[2], "the register holds 41, the read returned 38"}};
  proof.operations = 6;
  Verdict linearizable;
  linearizable.checker = "linearizable";
  linearizable.validity = Validity::invalid;
  linearizable.procedure = "search, 1 key";
  linearizable.reasons = {"key 17: no order of its 6 operations is possible"};
  linearizable.evidence = proof;
  linearizable.statistics = {{"operations", "6"}, {"keys", "1"}};
  Verdict activity;
  activity.checker = "activity";
  activity.validity = Validity::valid;
  activity.statistics = {{"succeeded", "4"}};
  verdicts = {linearizable, activity};
}

Report StaleRun::report() const { return {&record, operations, verdicts, Validity::invalid, 1}; }

}  // namespace faultrig
