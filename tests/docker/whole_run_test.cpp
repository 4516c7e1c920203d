// Whole runs on an engine of their own, as a user starts them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "checkers/history/json.hpp"
#include "harness/store.hpp"
#include "tests/docker/private_engine_support.hpp"

namespace faultrig::docker {
namespace {

namespace fs = std::filesystem;
using end_to_end::Background;
using end_to_end::faultrig;
using end_to_end::Result;
using end_to_end::ScratchFolder;

testing::AssertionResult says(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << text << "\" says nothing of \"" << part << "\"";
}

std::vector<std::string> command(std::initializer_list<std::string> more) {
  std::vector<std::string> words = {
      end_to_end::program("faultrig"), "run", "raft_kv", "--backend", "docker", "--runs", "runs"};
  words.insert(words.end(), more);
  return words;
}

// Until the run has its containers and its clients are at work.
bool await_main_phase(const ScratchFolder& scratch) {
  return await([&] {
    std::error_code error;
    return fs::file_size(scratch.path() / "runs/latest/history.jsonl", error) > 10'000 && !error;
  });
}

std::string validity(const ScratchFolder& scratch) {
  return parse_json(read_file(scratch.path() / "runs/latest/verdict.json"))
      .string_or("validity", "?");
}

std::vector<pid_t> children_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", process));
  std::vector<pid_t> children;
  for (pid_t child; file >> child;) children.push_back(child);
  return children;
}

TEST(docker_run, a_clean_target_is_valid_under_partitions_kills_and_pauses) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result result = end_to_end::run(
      command({"--faults", "partition,kill,pause", "--duration", "12s", "--seed", "1"}),
      scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const Value record = parse_json(read_file(scratch.path() / "runs/latest/run.json"));
  EXPECT_EQ(record.string_or("backend", "?"), "docker");
  EXPECT_GT(fs::file_size(scratch.path() / "runs/latest/nodes/n1/log.txt"), 0u);
  EXPECT_GT(fs::file_size(scratch.path() / "runs/latest/nodes/n1/trace.jsonl"), 0u);
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_run, a_clean_target_is_valid_while_clocks_lie) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result result = end_to_end::run(
      command({"--faults", "clock,partition", "--duration", "12s", "--seed", "1"}), scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(result.output.find("went on with the machine's clock"), std::string::npos)
      << result.output;
  const Value record = parse_json(read_file(scratch.path() / "runs/latest/run.json"));
  std::size_t clocks = 0;
  for (const Value& fault : record.find("faults")->as_list()) {
    if (!fault.string_or("kind", "").starts_with("clock")) continue;
    ++clocks;
    EXPECT_TRUE(fault.find("bit")->as_boolean()) << fault.to_string();
  }
  EXPECT_GT(clocks, 0u);
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_run, the_planted_lease_bug_is_found) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result result = faultrig(
      {"run", "--plan", "raft_kv/raft-lease-read-clock", "--backend", "docker", "--runs", "runs"},
      scratch.path());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result.output, "A stale read"));
}

TEST(docker_run, the_planted_bug_is_found) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result result = end_to_end::run(
      command({"--bug", "raft-stale-read-from-old-leader", "--faults", "partition-leader",
               "--duration", "15s", "--seed", "1", "--attempts", "5", "--stop-on-anomaly"}),
      scratch.path());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result.output, "A stale read"));
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_run, no_container_survives_a_killed_control_process) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const char* rounds_text = std::getenv("FAULTRIG_LEAK_ROUNDS");
  const int rounds = rounds_text == nullptr ? 4 : std::stoi(rounds_text);
  const ScratchFolder scratch;
  const fs::path runs = scratch.path() / "runs";
  for (int round = 0; round < rounds; ++round) {
    Background run({end_to_end::program("faultrig"), "run", "raft_kv", "--backend", "docker",
                    "--duration", "60s", "--runs", runs},
                   scratch.path());
    // Instants from the first container to well inside the main phase, awaited by what is there.
    const std::size_t there = std::array<std::size_t, 4>{1, 5, 8, 10}[round % 4];
    const auto bytes = static_cast<std::uintmax_t>(round * 9'973 % 150'000);
    ASSERT_TRUE(await([&] {
      std::error_code missing;
      if (engine.containers().size() < there) return false;
      return there < 10 ||
             (fs::file_size(runs / "latest/history.jsonl", missing) >= bytes && !missing);
    })) << run.wait().output;
    run.signal(SIGKILL);
    run.wait();
    // What was under way on the engine when it was killed comes later; the watcher waits for it.
    EXPECT_TRUE(await([&] { return end_to_end::processes_with(runs).empty(); }));
    EXPECT_TRUE(engine.containers().empty());
    fs::remove_all(runs);
  }
}

TEST(docker_run, nor_one_that_is_interrupted_twice) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  Background run(command({"--duration", "60s"}), scratch.path());
  ASSERT_TRUE(await_main_phase(scratch)) << run.wait().output;
  for (const pid_t child : children_of(run.pid())) ::kill(child, SIGINT);  // as Ctrl-C does
  run.signal(SIGINT);
  run.signal(SIGINT);
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait().exit_code, 130);
  EXPECT_TRUE(await([&] { return engine.containers().empty(); }));
}

TEST(docker_run, what_nobody_could_remove_is_removed_by_clean) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  Background run(command({"--duration", "60s"}), scratch.path());
  ASSERT_TRUE(await_main_phase(scratch)) << run.wait().output;
  const Result early = faultrig({"clean", "--runs", "runs"}, scratch.path());
  EXPECT_TRUE(says(early.output, "still running"));
  EXPECT_EQ(engine.containers().size(), 10u);
  const std::vector<pid_t> children = children_of(run.pid());
  ASSERT_EQ(children.size(), 1u) << "the watcher";
  ::kill(children[0], SIGKILL);
  run.signal(SIGKILL);
  run.wait();
  EXPECT_EQ(engine.containers().size(), 10u);
  const Result result = faultrig({"clean", "--runs", "runs"}, scratch.path());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(says(result.output, "docker: removed container faultrig-"));
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_run, an_engine_that_dies_ends_the_run_but_not_the_record) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  Background run(command({"--duration", "60s", "--faults", "partition"}), scratch.path());
  ASSERT_TRUE(await_main_phase(scratch)) << run.wait().output;
  engine.crash();
  const Result result = run.wait();
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result.output, "the engine has ended: start it"));
  EXPECT_NE(validity(scratch), "?") << "what was recorded is judged";
  EXPECT_TRUE(await([] { return end_to_end::processes_with("/faultrig/data").empty(); }))
      << "no node runs on";
}

TEST(docker_run, bad_input_ends_with_three_and_says_what_to_do) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const auto run_target = [&](const std::string& docker) {
    const fs::path manifest = scratch.write(
        "target.toml",
        "name = 'mine'\nworkloads = ['register']\n[node]\ncommand = ['/node']\n" + docker);
    return faultrig({"run", manifest, "--backend", "docker", "--runs", "runs"}, scratch.path());
  };
  const Result missing = run_target("[docker]\nimage = 'no/such:image'\n");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_TRUE(says(missing.output, "docker pull no/such:image"));

  scratch.write("Dockerfile", "FROM scratch\nCOPY nothing /\n");
  const Result unbuilt = run_target("[docker]\ndockerfile = 'Dockerfile'\n");
  EXPECT_EQ(unbuilt.exit_code, 3);
  EXPECT_TRUE(says(unbuilt.output, "the end of the build log:"));

  fs::create_directory(scratch.path() / "image");
  scratch.write("image/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
  const Result empty = run_target("[docker]\ndockerfile = 'image/Dockerfile'\n");
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_TRUE(says(empty.output, "ended by itself (exit 127)"));
  EXPECT_TRUE(says(empty.output, "cannot execute /node: No such file or directory"));

  const Result user = end_to_end::faultrig_as_ordinary_user(
      {"run", "raft_kv", "--backend", "docker", "--runs", "theirs"}, scratch.path());
  EXPECT_EQ(user.exit_code, 3);
  EXPECT_TRUE(says(user.output, "Permission denied; run as root, or join its group"));
  fs::permissions(engine.socket(), fs::perms::all);
  const Result member = end_to_end::faultrig_as_ordinary_user(
      {"run", "raft_kv", "--backend", "docker", "--runs", "theirs"}, scratch.path());
  EXPECT_EQ(member.exit_code, 3);
  EXPECT_TRUE(says(member.output, "the docker backend takes root on the machine of the engine"));
  EXPECT_TRUE(engine.containers().empty());

  ::setenv("DOCKER_HOST", "unix:///no/such.sock", 1);
  const Result none = end_to_end::run(command({}), scratch.path());
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_TRUE(says(none.output, "is Docker installed and started"));
  ::setenv("DOCKER_HOST", "tcp://127.0.0.1:2375", 1);
  const Result remote = end_to_end::run(command({}), scratch.path());
  EXPECT_EQ(remote.exit_code, 3);
  EXPECT_TRUE(says(remote.output, "only an engine behind a unix socket"));
  EXPECT_EQ(faultrig({"run", "raft_kv", "--backend", "docker", "--set", "docker.network=bridge"},
                     scratch.path())
                .exit_code,
            254);
}

TEST(docker_run, a_full_disk_of_the_engine_is_named) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine, 4);
  const ScratchFolder scratch;
  const Result result = end_to_end::run(command({}), scratch.path());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(says(result.output, "make the image of program"));
  EXPECT_TRUE(says(result.output, "docker system df"));
}

TEST(docker_run, doctor_and_lists_know_the_backend) {
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result doctor = faultrig({"doctor"}, scratch.path());
  EXPECT_TRUE(says(doctor.output, "ok       Docker engine"));
  EXPECT_TRUE(says(doctor.output, "ok       containers on the switch"));
  EXPECT_TRUE(engine.containers().empty());
  const Result faults = faultrig({"list", "faults", "--backend", "docker"}, scratch.path());
  EXPECT_TRUE(
      says(faults.output, "not on docker: disks of live nodes are left alone; `--backend sim`"));
  ::setenv("DOCKER_HOST", "unix:///no/such.sock", 1);
  const Result without = faultrig({"doctor"}, scratch.path());
  EXPECT_TRUE(says(without.output, "missing  Docker engine"));
  EXPECT_EQ(without.exit_code, doctor.exit_code) << "nothing else needs it";
}

}  // namespace
}  // namespace faultrig::docker
