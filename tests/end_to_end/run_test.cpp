// Whole runs of the bundled target on this machine: clean ones are valid, planted bugs are found,
// bad surroundings end with one message, and nothing is left behind.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>

#include "tests/end_to_end/program_support.hpp"

namespace faultrig::end_to_end {
namespace {

namespace fs = std::filesystem;

bool says(const Result& result, const std::string& words) {
  return result.output.find(words) != std::string::npos;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

struct Run : testing::Test {
  ScratchFolder scratch;
  Result call(const std::vector<std::string>& arguments) {
    return faultrig(arguments, scratch.path());
  }
  fs::path latest(const std::string& name) { return scratch.path() / "runs/latest" / name; }
};

TEST_F(Run, a_clean_target_under_partitions_and_kills_is_valid) {
  const Result result =
      call({"run", "raft_kv", "--faults", "partition,kill", "--duration", "8s", "--seed", "11"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* name : {"plan.toml", "history.jsonl", "faults.jsonl", "run.json", "verdict.json",
                           "story.txt", "report.html", "nodes/n1/log.txt"}) {
    EXPECT_TRUE(fs::exists(latest(name))) << name;
  }
  EXPECT_GT(fs::file_size(latest("report.html")), 1000u);
  EXPECT_EQ(call({"check", "runs/latest"}).exit_code, 0) << "the stored history judges alike";
  EXPECT_EQ(call({"list", "runs"}).exit_code, 0);
}

TEST_F(Run, a_clean_causal_store_under_every_family_of_faults_is_valid) {
  const Result result = call({"run", "causal_kv", "--faults", "partition,kill,pause,packet",
                              "--duration", "8s", "--seed", "11"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  // By what its workload promises; that it is not linearizable is no secret.
  EXPECT_EQ(call({"check", "runs/latest"}).exit_code, 0);
  EXPECT_EQ(call({"check", "runs/latest", "--consistency", "linearizable"}).exit_code, 1);
}

// Nobody sees inside the nodes here.
TEST_F(Run, nodes_that_never_agree_are_found_by_their_final_reads) {
  const Result result = call({"run", "causal_kv", "--bug", "bcast-no-retry", "--faults",
                              "partition", "--duration", "6s", "--seed", "3"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result, "INVALID: convergence")) << result.output;
  EXPECT_EQ(call({"check", "runs/latest"}).exit_code, 1) << "the stored history judges alike";
}

TEST_F(Run, a_workload_brings_its_own_faults) {
  const Result result = call({"run", "causal_kv", "--workload", "session", "--duration", "6s"});
  EXPECT_NE(result.exit_code, 1) << result.output;
  EXPECT_NE(
      content_of(latest("plan.toml")).find(R"(faults = ["partition", "kill", "pause", "packet"])"),
      std::string::npos)
      << content_of(latest("plan.toml"));
}

TEST_F(Run, the_stale_read_bug_is_found_and_told) {
  const Result result = call({"run", "raft_kv", "--bug", "raft-stale-read-from-old-leader",
                              "--faults", "partition", "--seed", "1", "--attempts", "3"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result, "read")) << result.output;
  EXPECT_EQ(call({"check", "runs/latest"}).exit_code, 1) << "the stored history judges alike";
}

TEST_F(Run, stops_at_the_first_certain_violation) {
  const Result result =
      call({"run", "raft_kv", "--bug", "raft-stale-read-from-old-leader", "--faults", "partition",
            "--seed", "1", "--attempts", "3", "--stop-on-anomaly"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result, "ended early")) << result.output;
  EXPECT_TRUE(says(result, "healed at")) << result.output;
}

TEST_F(Run, an_ordinary_user_gets_the_same) {
  const Result result = faultrig_as_ordinary_user(
      {"run", "raft_kv", "--faults", "partition,kill", "--duration", "5s", "--seed", "5"},
      scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(Run, clocks_that_lie_disturb_nobody_in_the_clean_system) {
  const Result result = faultrig_as_ordinary_user(
      {"run", "raft_kv", "--faults", "clock,partition", "--duration", "10s", "--seed", "5"},
      scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_FALSE(says(result, "not where it was set")) << result.output;
}

TEST_F(Run, a_target_that_ends_at_once_is_shown_with_the_end_of_its_log) {
  scratch.write("target.toml",
                "name = \"broken\"\nsummary = \"exits\"\nworkloads = [\"register\"]\n"
                "[node]\ncommand = [\"/bin/sh\", \"-c\", \"echo no configuration found; exit 7\"]\n"
                "port = 7000\n");
  const Result result = call({"run", "./target.toml", "--faults", "none"});
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "no configuration found")) << result.output;
  EXPECT_TRUE(says(result, "exit 7")) << result.output;
}

TEST_F(Run, a_target_that_never_gets_ready_is_named) {
  scratch.write("target.toml",
                "name = \"deaf\"\nsummary = \"listens to nobody\"\nworkloads = [\"register\"]\n"
                "[node]\ncommand = [\"/bin/sleep\", \"1000\"]\nport = 7000\n");
  scratch.write("plan.toml", "[run]\ntarget = \"./target.toml\"\nready_ms = 1500\nnodes = 2\n");
  const Result result = call({"run", "--plan", "./plan.toml"});
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "n1")) << result.output;
}

TEST_F(Run, a_missing_program_is_named) {
  scratch.write("target.toml",
                "name = \"absent\"\nsummary = \"not there\"\nworkloads = [\"register\"]\n"
                "[node]\ncommand = [\"/nonexistent/program\"]\nport = 7000\n");
  const Result result = call({"run", "./target.toml", "--faults", "none"});
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "/nonexistent/program")) << result.output;
}

TEST_F(Run, a_port_that_is_taken_is_named) {
  // A first raft_kv takes the port; once its log says so, the one that counts is started.
  scratch.write("start.sh",
                "#!/bin/sh\n"
                "\"$1\" --node \"$2\" --peers \"$3\" --data \"$4/first\" 2> \"$4/first.log\" &\n"
                "until grep -q listening \"$4/first.log\"; do :; done\n"
                "exec \"$1\" --node \"$2\" --peers \"$3\" --data \"$4/second\"\n");
  scratch.write("target.toml",
                "name = \"doubled\"\nsummary = \"starts twice on one port\"\n"
                "workloads = [\"register\"]\n[node]\ncommand = [\"/bin/sh\", "
                "\"{manifest}/start.sh\", \"{bin}/raft_kv\", \"{node}\", \"{peers}\", \"{data}\"]\n"
                "port = 7000\n");
  const Result result =
      call({"run", "./target.toml", "--faults", "none", "--duration", "2s", "--nodes", "1"});
  // The first one may have answered the probe before the second was seen to have ended.
  EXPECT_TRUE(result.exit_code == 3 || result.exit_code == 2) << result.output;
  const Result log = run({"cat", "runs/latest/nodes/n1/log.txt"}, scratch.path());
  EXPECT_TRUE(says(log, "Address already in use")) << log.output;
}

TEST_F(Run, a_full_disk_ends_the_run_with_a_message_and_keeps_the_history) {
  // A file system of 3 MB in a mount namespace of our own.
  const Result result =
      run({"unshare", "--mount", "--map-root-user", "--user", "sh", "-c",
           "mkdir small && mount -t tmpfs -o size=3m none small && " + program("faultrig") +
               " run raft_kv --faults none --duration 60s --rate 0 --runs small/runs; code=$?; "
               "cat small/runs/latest/history.jsonl | head -c 200; exit $code"},
          scratch.path());
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "No space left on device")) << result.output;
  EXPECT_TRUE(says(result, "\"type\":\"invoke\"")) << "the history is kept: " << result.output;
}

TEST_F(Run, an_unwritable_folder_is_an_environment_error) {
  const Result result = call({"run", "raft_kv", "--runs", "/proc/runs"});
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "/proc/runs")) << result.output;
}

// The plans shipped with the planted bugs keep what they promise, and say which bug they are for.
struct NegativePlan : Run, testing::WithParamInterface<const char*> {};

TEST_P(NegativePlan, finds_its_bug) {
  const Result result = call({"run", "--plan", std::string("raft_kv/") + GetParam()});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result, std::string("planted: ") + GetParam()) ||
              says(result, std::string("Planted on purpose in this run: ") + GetParam()))
      << result.output;
}

INSTANTIATE_TEST_SUITE_P(raft_kv, NegativePlan,
                         testing::Values("raft-stale-read-from-old-leader",
                                         "raft-ack-before-commit", "raft-vote-without-log-check",
                                         "raft-double-vote", "raft-skip-prev-check",
                                         "raft-no-fsync", "raft-lease-read-clock"));

// A program of another language beside the one under test, in the same node.
struct SkewedProgram : Run, testing::WithParamInterface<const char*> {};

TEST_P(SkewedProgram, sees_its_clock_jump_and_come_back) {
  const fs::path probe = fs::path(FAULTRIG_BINARY_DIR) / "probes" / GetParam();
  if (!fs::exists(probe)) GTEST_SKIP() << "not tested: " << probe << " was not built";
  scratch.write("target.toml",
                "name = \"skewed\"\nsummary = \"tells of its clock\"\nworkloads = [\"register\"]\n"
                "[node]\ncommand = [\"/bin/sh\", \"-c\", \"\\\"$0\\\" > \\\"$4/said\\\" & "
                "exec \\\"$1\\\" --node \\\"$2\\\" --peers \\\"$3\\\" --data \\\"$4\\\"\", \"" +
                    probe.string() +
                    "\", \"{bin}/raft_kv\", \"{node}\", \"{peers}\", \"{data}\"]\n"
                    "port = 7000\n");
  const Result result =
      call({"run", "./target.toml", "--faults", "clock-jump", "--duration", "4s", "--nodes", "3",
            "--set", "nemesis.clock.offset_ms=3600000", "--set", "nemesis.clock.targets=[\"n2\"]",
            "--set", "nemesis.clock.first_ms=0", "--set", "nemesis.clock.duration_ms=1000"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const auto said = [&](const std::string& node) {
    std::ifstream file(latest("nodes/" + node + "/data/said"));
    std::vector<std::int64_t> moved;
    for (std::int64_t milliseconds; file >> milliseconds;) moved.push_back(milliseconds);
    return moved;
  };
  const std::vector<std::int64_t> moved = said("n2"), other = said("n1");
  ASSERT_FALSE(moved.empty() || other.empty());
  EXPECT_NEAR(*std::max_element(moved.begin(), moved.end()), 3'600'000, 1'000);
  EXPECT_NEAR(moved.front(), 0, 10);
  EXPECT_NEAR(moved.back(), 0, 10) << "healed";
  EXPECT_NEAR(*std::max_element(other.begin(), other.end()), 0, 10) << "no business of n1's";
  // Measured, so not to the nanosecond.
  const std::string faults = content_of(latest("faults.jsonl"));
  EXPECT_TRUE(faults.find("n2: clock 3600000.0") != std::string::npos ||
              faults.find("n2: clock 3599999.9") != std::string::npos)
      << faults;
}

INSTANTIATE_TEST_SUITE_P(probes, SkewedProgram, testing::Values("probe_go", "probe_static"));

// Defects of atomic commitment that clients need not see are in the traces.
struct BankPlan : Run, testing::WithParamInterface<const char*> {};

TEST_P(BankPlan, is_found_by_traces) {
  const Result result = call({"run", "--plan", std::string("bank_2pc/") + GetParam()});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result, "INVALID: invariants")) << result.output;
  const std::string verdict = content_of(latest("verdict.json"));
  EXPECT_NE(verdict.find("invariants"), std::string::npos) << verdict;
  EXPECT_NE(content_of(latest("run.json")).find("\"broken_invariants\":[{"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(bank_2pc, BankPlan,
                         testing::Values("tpc-coordinator-forgets-decision",
                                         "tpc-blocked-for-ever"));

TEST_F(Run, the_traces_of_a_clean_bank_break_nothing) {
  const Result result = call({"run", "bank_2pc", "--faults", "partition,kill,pause,packet",
                              "--duration", "8s", "--seed", "11"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(says(result, "trace lines")) << result.output;
}

// Waits until the file has a line, or the program is gone.
bool await_content(const fs::path& path, const Background& program) {
  while (kill(program.pid(), 0) == 0) {
    std::error_code missing;
    if (fs::file_size(path, missing) > 0 && !missing) return true;
    sched_yield();
  }
  return false;
}

TEST_F(Run, an_interrupted_run_heals_judges_and_exits_130) {
  Background running({program("faultrig"), "run", "raft_kv", "--faults", "partition", "--duration",
                      "60s", "--seed", "3"},
                     scratch.path());
  ASSERT_TRUE(await_content(scratch.path() / "runs/latest/history.jsonl", running));
  ASSERT_TRUE(await_content(scratch.path() / "runs/latest/faults.jsonl", running));
  running.signal(SIGINT);
  const Result result = running.wait();
  EXPECT_EQ(result.exit_code, 130) << result.output;
  EXPECT_TRUE(fs::exists(latest("report.html")));
  EXPECT_NE(content_of(latest("verdict.json")).find("interrupted"), std::string::npos);
}

TEST_F(Run, a_control_process_killed_inside_the_sandbox_is_told) {
  Background running({program("faultrig"), "run", "raft_kv", "--duration", "60s"}, scratch.path());
  ASSERT_TRUE(await_content(scratch.path() / "runs/latest/history.jsonl", running));
  // The launcher's only child is the sandbox's init; everything inside ends with it.
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", running.pid()));
  pid_t inside = 0;
  ASSERT_TRUE(children >> inside);
  kill(inside, SIGKILL);
  const Result result = running.wait();
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result, "ended by signal 9")) << result.output;
  EXPECT_TRUE(says(result, "check runs/latest")) << result.output;
}

TEST_F(Run, a_killed_control_process_leaves_nothing) {
  const char* rounds_text = std::getenv("FAULTRIG_LEAK_ROUNDS");
  const int rounds = rounds_text == nullptr ? 8 : std::stoi(rounds_text);
  for (int round = 0; round < rounds; ++round) {
    const std::string marker = scratch.path().filename().string();
    Background running({program("faultrig"), "run", "raft_kv", "--duration", "60s", "--runs",
                        (scratch.path() / "runs").string()},
                       scratch.path());
    // Instants spread from the first fork to well inside the main phase, awaited by what the run
    // has written rather than by a clock.
    const fs::path runs = scratch.path() / "runs";
    const fs::path early[] = {runs, runs / "latest", runs / "latest/nodes/n1/log.txt"};
    const auto history_bytes = static_cast<std::uintmax_t>(round * 9'973 % 150'000);
    ASSERT_TRUE([&] {
      while (kill(running.pid(), 0) == 0) {
        std::error_code missing;
        if (round % 4 < 3 && fs::exists(early[round % 4], missing)) return true;
        const auto written = fs::file_size(runs / "latest/history.jsonl", missing);
        if (!missing && written >= history_bytes) return true;
        sched_yield();
      }
      return false;
    }());
    running.signal(SIGKILL);
    running.wait();
    // The kernel ends a PID namespace in its own time; what we await is its emptiness. Devices,
    // mounts and namespaces live exactly as long as a process in them.
    while (!processes_with(marker).empty()) sched_yield();
    fs::remove_all(runs);
  }
  EXPECT_EQ(call({"clean"}).exit_code, 0);
}

}  // namespace
}  // namespace faultrig::end_to_end
