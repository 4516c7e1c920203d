// Whole runs on a bridge network of the engine's, as those start them who have its socket and
// nothing else: an ordinary user beside the engine, and one far from it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "checkers/history/json.hpp"
#include "harness/store.hpp"
#include "tests/docker/far_place_support.hpp"
#include "tests/docker/rig_support.hpp"

namespace faultrig::docker {
namespace {

namespace fs = std::filesystem;
using end_to_end::as_ordinary_user;
using end_to_end::Background;
using end_to_end::Result;
using end_to_end::ScratchFolder;
using Words = std::vector<std::string>;

Words run_of(const Words& more) {
  Words words = {"run", "raft_kv", "--backend", "docker", "--runs", "runs"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words as_root(const Words& arguments) {
  Words words = {end_to_end::program("faultrig")};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

void open_to_all(const PrivateEngine& engine) { fs::permissions(engine.socket(), fs::perms::all); }

Value record_of(const ScratchFolder& scratch) {
  return parse_json(read_file(scratch.path() / "runs/latest/run.json"));
}

bool await_main_phase(const ScratchFolder& scratch) {
  return await([&] {
    std::error_code error;
    return fs::file_size(scratch.path() / "runs/latest/history.jsonl", error) > 10'000 && !error;
  });
}

void expect_faults_that_bit(const Value& record) {
  EXPECT_FALSE(record.find("faults")->as_list().empty());
  for (const Value& fault : record.find("faults")->as_list())
    EXPECT_TRUE(fault.find("bit")->as_boolean()) << fault.to_string();
}

TEST(docker_bridge_run, an_ordinary_user_beside_the_engine_needs_its_socket_alone) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  open_to_all(engine);
  const ScratchFolder scratch;
  const Words command = as_ordinary_user(
      run_of({"--faults", "partition,kill,pause", "--duration", "12s", "--seed", "1"}),
      scratch.path());
  const Result result = end_to_end::run(engine.beside(command), scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const Value record = record_of(scratch);
  EXPECT_TRUE(
      says(record.find("warnings")->to_string(), "not by faultrig's switch (cannot create"));
  EXPECT_EQ(record.string_or("backend", "?"), "docker");
  expect_faults_that_bit(record);
  EXPECT_GT(fs::file_size(scratch.path() / "runs/latest/nodes/n1/log.txt"), 0u);
  EXPECT_GT(fs::file_size(scratch.path() / "runs/latest/nodes/n1/trace.jsonl"), 0u);
  EXPECT_EQ(engine.things(), Words{});
}

TEST(docker_bridge_run, the_planted_bug_is_found) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const Result result = end_to_end::run(
      engine.beside(as_root(
          run_of({"--set", "docker.network=bridge", "--bug", "raft-stale-read-from-old-leader",
                  "--faults", "partition-leader", "--duration", "15s", "--seed", "1", "--attempts",
                  "5", "--stop-on-anomaly"}))),
      scratch.path());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(says(result.output, "A stale read"));
  EXPECT_EQ(engine.things(), Words{});
}

// No process, no network and no file of ours is the engine's: its socket is all that it shares.
TEST(docker_bridge_run, an_engine_elsewhere_needs_the_address_of_its_ports) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine, 0, true);
  open_to_all(engine);
  const FarPlace far(engine);
  const ScratchFolder scratch;
  const auto run = [&](const Words& more) {
    return end_to_end::run(far.command(as_ordinary_user(run_of(more), scratch.path())),
                           scratch.path());
  };
  const Result nowhere = run({"--duration", "5s"});
  EXPECT_EQ(nowhere.exit_code, 3) << nowhere.output;
  EXPECT_TRUE(says(nowhere.output, "cannot reach node n"));
  EXPECT_TRUE(says(nowhere.output, "is named by docker.address"));
  const Result wrong = run({"--duration", "5s", "--set", "docker.address=10.77.66.9"});
  EXPECT_EQ(wrong.exit_code, 3) << wrong.output;
  EXPECT_TRUE(says(wrong.output, "docker.address is to be an address of the engine's own machine"));
  EXPECT_EQ(engine.things(), Words{});

  const std::string hide = scratch.path();
  ASSERT_EQ(end_to_end::run({"nsenter", "-t", std::to_string(engine.pid()), "-m", "--", "mount",
                             "-t", "tmpfs", "none", hide},
                            "/")
                .exit_code,
            0);
  const Result result = run({"--set", "docker.address=" + far.engine_address(), "--faults",
                             "partition,kill,pause", "--duration", "12s", "--seed", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(says(result.output, "ports that the engine publishes at 10.77.66.1"));
  expect_faults_that_bit(record_of(scratch));
  EXPECT_GT(fs::file_size(scratch.path() / "runs/latest/nodes/n1/trace.jsonl"), 0u);
  EXPECT_EQ(engine.things(), Words{});
}

// Root may make devices here, and sees that those of that engine are elsewhere.
TEST(docker_bridge_run, root_far_from_the_engine_gets_a_bridge) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine, 0, true);
  const ScratchFolder scratch;
  const Result result =
      end_to_end::run(engine.beside(as_root(run_of({"--faults", "partition", "--duration", "6s"}))),
                      scratch.path());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(says(result.output, "joined by a bridge network"));
  const Result refused = end_to_end::run(
      engine.beside(as_root(run_of({"--set", "docker.network=switch", "--duration", "5s"}))),
      scratch.path());
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_TRUE(says(refused.output, "run as root on the machine of the Docker engine"));
  EXPECT_EQ(engine.things(), Words{});
}

TEST(docker_bridge_run, nothing_survives_a_killed_control_process) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  const fs::path runs = scratch.path() / "runs";
  const auto start = [&] {
    return engine.beside(as_root({"run", "raft_kv", "--backend", "docker", "--set",
                                  "docker.network=bridge", "--duration", "60s", "--runs", runs}));
  };
  for (const std::size_t there : {1, 4, 8, 16}) {  // of a network, five volumes, ten containers
    Background run(start(), scratch.path());
    ASSERT_TRUE(await([&] { return engine.things().size() >= there; })) << run.wait().output;
    run.signal(SIGKILL);
    run.wait();
    EXPECT_TRUE(await([&] { return end_to_end::processes_with(runs).empty(); }));
    EXPECT_EQ(engine.things(), Words{});
    fs::remove_all(runs);
  }
  // The same where the watcher died as well.
  Background run(start(), scratch.path());
  ASSERT_TRUE(await_main_phase(scratch)) << run.wait().output;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", run.pid()));
  pid_t watcher = -1;
  ASSERT_TRUE(children >> watcher);
  ::kill(watcher, SIGKILL);
  run.signal(SIGKILL);
  run.wait();
  EXPECT_EQ(engine.containers().size(), 10u);
  const Result result = end_to_end::faultrig({"clean", "--runs", "runs"}, scratch.path());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(says(result.output, "docker: removed container faultrig-"));
  EXPECT_TRUE(says(result.output, "docker: removed network faultrig-"));
  EXPECT_EQ(engine.things(), Words{});
}

TEST(docker_bridge_run, a_helper_that_dies_ends_the_run_but_not_the_record) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const ScratchFolder scratch;
  Background run(engine.beside(as_root(run_of({"--set", "docker.network=bridge", "--duration",
                                               "60s", "--faults", "partition"}))),
                 scratch.path());
  ASSERT_TRUE(await_main_phase(scratch)) << run.wait().output;
  const auto helpers = end_to_end::processes_with("/bin/faultrig_helper");
  ASSERT_FALSE(helpers.empty());
  ::kill(helpers.front(), SIGKILL);
  const Result result = run.wait();
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result.output, "(its helper): it ended with signal 9 (SIGKILL)"));
  EXPECT_NE(
      parse_json(read_file(scratch.path() / "runs/latest/verdict.json")).string_or("validity", "?"),
      "?")
      << "what was recorded is judged";
  EXPECT_EQ(engine.things(), Words{});
}

TEST(docker_bridge_run, doctor_and_lists_tell_the_networks_apart) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  open_to_all(engine);
  const ScratchFolder scratch;
  const Result doctor =
      end_to_end::run(engine.beside(as_ordinary_user({"doctor"}, scratch.path())), scratch.path());
  EXPECT_TRUE(says(doctor.output, "missing  containers on the switch"));
  EXPECT_TRUE(says(doctor.output, "ok       containers on a bridge"));
  EXPECT_EQ(engine.things(), Words{});
  const Result faults =
      end_to_end::faultrig({"list", "faults", "--backend", "docker"}, scratch.path());
  EXPECT_TRUE(says(faults.output, "but a bridge network cannot hold packets back"));
}

}  // namespace
}  // namespace faultrig::docker
