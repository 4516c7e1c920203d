// The commands that need no cluster, as a user types them: output, messages and exit codes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/end_to_end/program_support.hpp"

namespace faultrig::end_to_end {
namespace {

using testing::Test;

struct CommandLine : Test {
  ScratchFolder scratch;
  Result call(const std::vector<std::string>& arguments) {
    return faultrig(arguments, scratch.path());
  }
  static bool says(const Result& result, const std::string& words) {
    return result.output.find(words) != std::string::npos;
  }
};

constexpr const char* stale_read_drawing = R"(check linearizable model=register initial=0
p0  |--write 1--|
p1                |--read 0--|
----
invalid
)";

TEST_F(CommandLine, help_and_version_exit_0) {
  EXPECT_EQ(call({"--help"}).exit_code, 0);
  EXPECT_EQ(call({"run", "--help"}).exit_code, 0);
  const Result version = call({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(says(version, "faultrig 0.1.0"));
}

TEST_F(CommandLine, usage_errors_exit_254_and_name_the_nearest_word) {
  EXPECT_EQ(call({}).exit_code, 254);
  const Result command = call({"rnu"});
  EXPECT_EQ(command.exit_code, 254);
  EXPECT_TRUE(says(command, "did you mean `run`?")) << command.output;
  for (const char* seed : {"-1", "99999999999999999999999", "7x", ""}) {
    EXPECT_EQ(call({"run", "raft_kv", "--seed", seed}).exit_code, 254) << seed;
  }
  EXPECT_EQ(call({"run", "raft_kv", "--faults", ","}).exit_code, 254);
  EXPECT_EQ(call({"run", "raft_kv", "--faults="}).exit_code, 254);
  const Result target = call({"run", "raft_kb"});
  EXPECT_EQ(target.exit_code, 254);
  EXPECT_TRUE(says(target, "did you mean `raft_kv`?")) << target.output;
  const Result bug = call({"run", "raft_kv", "--bug", "raft-duoble-vote"});
  EXPECT_EQ(bug.exit_code, 254);
  EXPECT_TRUE(says(bug, "did you mean `raft-double-vote`?")) << bug.output;
  EXPECT_EQ(call({"run", "raft_kv", "--name", "a/b"}).exit_code, 254);
  const Result workload = call({"run", "causal_kv", "--workload", "queue", "--backend", "sim"});
  EXPECT_EQ(workload.exit_code, 254);
  EXPECT_TRUE(says(workload, "does not serve workload `queue`")) << workload.output;
  const Result backend = call({"run", "raft_kv", "--backend", "dokcer"});
  EXPECT_EQ(backend.exit_code, 254);
  EXPECT_TRUE(says(backend, "did you mean `docker`?")) << backend.output;
  const Result disk = call({"run", "raft_kv", "--faults", "partition,disk"});
  EXPECT_EQ(disk.exit_code, 254);
  EXPECT_TRUE(says(disk, "fault `disk` cannot be done on backend `local`")) << disk.output;
  const Result fault = call({"run", "raft_kv", "--faults", "partiton"});
  EXPECT_EQ(fault.exit_code, 254);
  EXPECT_TRUE(says(fault, "did you mean `partition`?")) << fault.output;
  const Result duration = call({"run", "raft_kv", "--duration", "30"});
  EXPECT_EQ(duration.exit_code, 254);
  EXPECT_TRUE(says(duration, "30s")) << duration.output;
  EXPECT_EQ(call({"run", "raft_kv", "--nodes", "0"}).exit_code, 254);
  EXPECT_EQ(call({"run", "raft_kv", "--check-limit", "60"}).exit_code, 254);
  EXPECT_EQ(call({"list", "targts"}).exit_code, 254);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "runs")) << "refused runs leave no folder";
}

TEST_F(CommandLine, an_unknown_key_in_a_plan_names_file_line_column_and_the_nearest_key) {
  scratch.write("plan.toml", "[run]\ntarget = \"raft_kv\"\nduraton_ms = 5\n");
  const Result result = call({"run", "--plan", "plan.toml"});
  EXPECT_EQ(result.exit_code, 254);
  EXPECT_TRUE(says(result, "plan.toml:3:1")) << result.output;
  EXPECT_TRUE(says(result, "duration_ms")) << result.output;
}

TEST_F(CommandLine, a_wrong_word_in_the_table_of_a_backend_is_refused_whichever_runs) {
  for (const char* table : {"sim", "local", "docker", "ssh"}) {
    scratch.write("plan.toml",
                  fmt::format("[run]\ntarget = \"raft_kv\"\n[{}]\nboot_tims = 1\n", table));
    for (const char* backend : {"sim", "local"}) {
      const Result result = call({"run", "--plan", "plan.toml", "--backend", backend});
      EXPECT_EQ(result.exit_code, 254) << table;
      EXPECT_TRUE(says(result, "plan.toml:4:1")) << result.output;
      EXPECT_TRUE(says(result, "boot_tims")) << result.output;
    }
  }
}

TEST_F(CommandLine, workloads_are_listed_with_what_they_need_on_a_narrow_terminal) {
  const Result result = call({"list", "workloads"});
  EXPECT_TRUE(says(result, "needs: a deletion covers what its client wrote before"));
  EXPECT_TRUE(says(result, "faults: kill, pause, clock"));
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST_F(CommandLine, every_list_shows_something) {
  for (const char* what : {"targets", "workloads", "faults", "backends", "models", "plans"}) {
    const Result result = call({"list", what});
    EXPECT_EQ(result.exit_code, 0) << what;
    EXPECT_GT(result.output.size(), 20u) << what;
  }
  EXPECT_TRUE(says(call({"list", "targets"}), "raft-no-fsync"));
  EXPECT_EQ(call({"list", "runs"}).exit_code, 4);
}

TEST_F(CommandLine, check_judges_drawings_and_tells_the_story) {
  scratch.write("stale.txt", stale_read_drawing);
  const Result result = call({"check", "stale.txt"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(says(result, "stale.txt: invalid")) << result.output;
  EXPECT_TRUE(says(result, "read 0")) << result.output;
}

// A queue's history: 1 went in and came out, 2 only went in, and then the queue was empty.
constexpr const char* lost_value_lines =
    R"({"index":0,"time":1,"type":"invoke","process":0,"f":"enqueue","value":1}
{"index":1,"time":2,"type":"ok","process":0,"f":"enqueue","value":1}
{"index":2,"time":3,"type":"invoke","process":0,"f":"enqueue","value":2}
{"index":3,"time":4,"type":"ok","process":0,"f":"enqueue","value":2}
{"index":4,"time":5,"type":"invoke","process":1,"f":"dequeue","value":null}
{"index":5,"time":6,"type":"ok","process":1,"f":"dequeue","value":1}
{"index":6,"time":7,"type":"invoke","process":1,"f":"dequeue","value":null}
{"index":7,"time":8,"type":"ok","process":1,"f":"dequeue","value":null}
)";

TEST_F(CommandLine, check_holds_histories_against_single_properties) {
  scratch.write("queue.jsonl", lost_value_lines);
  const Result lost = call({"check", "--checker", "total-queue", "queue.jsonl"});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_TRUE(says(lost, "queue.jsonl: invalid (4 operations, value by value)")) << lost.output;
  EXPECT_TRUE(says(lost, "lost: 2 was acknowledged and never came out")) << lost.output;
  EXPECT_EQ(call({"check", "--checker", "unique-ids", "queue.jsonl"}).exit_code, 2);
  for (const auto& checker : {"set-full", "counter", "monotonic", "long-fork"}) {
    EXPECT_EQ(call({"check", "--checker", checker, "queue.jsonl"}).exit_code, 2) << checker;
  }
  // A drawing names its checker, and what it prints can be judged again.
  scratch.write("drawn.txt", lost.output.substr(lost.output.find("check total-queue")));
  EXPECT_EQ(call({"check", "drawn.txt"}).exit_code, 1);
  const Result unknown = call({"check", "--checker", "total-quee", "queue.jsonl"});
  EXPECT_EQ(unknown.exit_code, 254);
  EXPECT_TRUE(says(unknown, "did you mean `total-queue`?")) << unknown.output;
  EXPECT_EQ(call({"check", "--checker", "counter", "--ladder", "queue.jsonl"}).exit_code, 254);
  EXPECT_EQ(call({"check", "--promise", "eventual", "queue.jsonl"}).exit_code, 254);
  EXPECT_TRUE(says(call({"list", "checkers"}), "long-fork"));
}

TEST_F(CommandLine, check_judges_every_file_even_when_one_is_garbage) {
  scratch.write("garbage.jsonl", "{\"index\":0\nnonsense\n");
  scratch.write("stale.txt", stale_read_drawing);
  const Result result = call({"check", "garbage.jsonl", "stale.txt", "missing.jsonl"});
  EXPECT_EQ(result.exit_code, 1) << "an anomaly always wins";
  EXPECT_TRUE(says(result, "garbage.jsonl:1")) << result.output;
  EXPECT_TRUE(says(result, "missing.jsonl")) << result.output;
}

TEST_F(CommandLine, a_history_that_breaks_the_contract_is_refused_with_line_and_rule) {
  scratch.write("history.jsonl",
                R"({"index":0,"time":1,"type":"invoke","process":0,"f":"write","value":1})"
                "\n"
                R"({"index":1,"time":2,"type":"invoke","process":0,"f":"read","value":null})"
                "\n");
  const Result result = call({"check", "history.jsonl"});
  EXPECT_EQ(result.exit_code, 254);
  EXPECT_TRUE(says(result, "history.jsonl:2")) << result.output;
}

TEST_F(CommandLine, a_history_in_which_nothing_succeeded_is_unknown) {
  scratch.write("empty.jsonl", "");
  scratch.write("unanswered.jsonl",
                R"({"index":0,"time":1,"type":"invoke","process":0,"f":"write","value":1})"
                "\n");
  EXPECT_EQ(call({"check", "empty.jsonl"}).exit_code, 2);
  EXPECT_EQ(call({"check", "unanswered.jsonl"}).exit_code, 2);
}

TEST_F(CommandLine, check_holds_a_history_against_weaker_promises) {
  scratch.write("stale.txt", stale_read_drawing);
  const Result ladder = call({"check", "stale.txt", "--ladder", "--quiet"});
  EXPECT_EQ(ladder.exit_code, 1) << "linearizable is what was asked for";
  EXPECT_TRUE(says(ladder, "the strongest that holds: sequential")) << ladder.output;
  EXPECT_EQ(call({"check", "stale.txt", "--consistency", "causal-memory"}).exit_code, 0);
  scratch.write("own.txt",
                "check linearizable model=register initial=0\n"
                "p0  |--write 1--|  |--read 0--|\n");
  const Result own = call({"check", "own.txt", "--consistency", "causal"});
  EXPECT_EQ(own.exit_code, 1) << own.output;
  EXPECT_TRUE(says(own, "read your writes")) << own.output;
  EXPECT_EQ(call({"check", "own.txt", "--consistency", "casual"}).exit_code, 254);
  // What a violation prints can be pasted: its head says what it was drawn for.
  scratch.write("drawn.txt",
                "check pram\n"
                "p0  |--write 1--|\n"
                "p1                |--read null--|\n");
  EXPECT_EQ(call({"check", "drawn.txt"}).exit_code, 0);
  EXPECT_EQ(call({"check", "drawn.txt", "--consistency", "linearizable"}).exit_code, 1);
}

TEST_F(CommandLine, output_that_cannot_be_written_is_an_environment_error) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  scratch.write("good.txt", "check linearizable model=register\np0  |--write 1--|\n");
  const Result unheard =
      run({"sh", "-c", program("faultrig") + " check good.txt > /dev/full"}, scratch.path());
  EXPECT_EQ(unheard.exit_code, 3) << unheard.output;
  EXPECT_TRUE(says(unheard, "cannot write to standard output")) << unheard.output;
  EXPECT_EQ(call({"check", "good.txt", "--order", "/dev/full"}).exit_code, 3);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_F(CommandLine, doctor_prints_a_line_for_every_probe) {
  const Result result = call({"doctor"});
  EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 3) << result.output;
  EXPECT_TRUE(says(result, "ok ")) << result.output;
}

TEST_F(CommandLine, clean_on_nothing_says_so) {
  const Result result = call({"clean"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(says(result, "nothing to clean")) << result.output;
}

}  // namespace
}  // namespace faultrig::end_to_end
