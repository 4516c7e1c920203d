// Whole runs on five hosts that are reached by ssh.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "checkers/history/json.hpp"
#include "harness/fault_injector.hpp"
#include "harness/store.hpp"
#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

bool says(const ProgramEnd& end, const std::string& words) {
  return end.output.find(words) != std::string::npos;
}

TEST(ssh_run, a_clean_target_under_partitions_kills_and_pauses_is_valid) {
  with_ssh([] {
    SshHosts hosts(5);
    const ProgramEnd end =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", hosts.hosts_file(),
                        "--faults", "partition,kill,pause", "--duration", "10s", "--seed", "11"});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    for (const char* name : {"history.jsonl", "faults.jsonl", "verdict.json", "report.html",
                             "nodes/n1/log.txt", "nodes/n5/trace.jsonl"}) {
      const fs::path file = hosts.folder() / "runs/latest" / name;
      EXPECT_TRUE(fs::exists(file) && fs::file_size(file) > 0) << name;
    }
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, the_stale_read_bug_is_found) {
  with_ssh([] {
    SshHosts hosts(5);
    const ProgramEnd end =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", hosts.hosts_file(),
                        "--bug", "raft-stale-read-from-old-leader", "--faults", "partition-leader",
                        "--duration", "10s", "--seed", "1", "--attempts", "5"});
    EXPECT_EQ(end.exit_code, 1) << end.output;
    EXPECT_TRUE(says(end, "linearizable")) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

// How the faults of clocks did in the last run: how many there were, all of which must have bitten.
int clock_faults_that_bit(SshHosts& hosts) {
  int count = 0;
  const Value record = parse_json(read_file(hosts.folder() / "runs/latest/run.json"));
  for (const Value& value : record.find("faults")->as_list()) {
    const FaultRecord fault = fault_record_from(value);
    if (fault.family != "clock") continue;
    ++count;
    EXPECT_TRUE(fault.bit) << fault.kind << ": "
                           << fmt::format("{}", fmt::join(fault.evidence, "; "));
  }
  return count;
}

TEST(ssh_run, a_clean_target_is_valid_while_clocks_lie) {
  with_ssh([] {
    SshHosts hosts(5);
    // Whatever the hosts are declared: all are this machine, whose own clock stays right.
    const auto some_disposable = [](int host) { return host < 2 ? "disposable = true" : ""; };
    const std::time_t before = std::time(nullptr);
    const auto begun = std::chrono::steady_clock::now();
    const ProgramEnd end = hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts",
                                           hosts.hosts_file("", some_disposable), "--faults",
                                           "clock,partition", "--duration", "12s", "--seed", "1"});
    const auto passed = std::chrono::steady_clock::now() - begun;
    EXPECT_EQ(end.exit_code, 0) << end.output;
    EXPECT_FALSE(says(end, "went on with the machine's clock")) << end.output;
    EXPECT_GT(clock_faults_that_bit(hosts), 0);
    const auto off = std::chrono::seconds(std::time(nullptr) - before) - passed;
    EXPECT_LT(std::chrono::abs(off), std::chrono::seconds(2)) << "the clock of the machine";
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, a_lease_on_a_clock_that_lies_is_found) {
  with_ssh([] {
    SshHosts hosts(5);
    const ProgramEnd end = hosts.faultrig({"run", "--plan", "raft_kv/raft-lease-read-clock",
                                           "--backend", "ssh", "--hosts", hosts.hosts_file()});
    EXPECT_EQ(end.exit_code, 1) << end.output;
    EXPECT_TRUE(says(end, "linearizable")) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

// For how long three nodes say that they have been up.
std::vector<double> times_since_boot(SshHosts& hosts, const std::vector<std::string>& more) {
  std::ofstream(hosts.folder() / "target.toml")
      << "name = \"up\"\nsummary = \"tells of its boot\"\nworkloads = [\"register\"]\n[node]\n"
         "command = [\"/bin/sh\", \"-c\", \"cat /proc/uptime; exec {bin}/raft_kv --node {node} "
         "--peers {peers} --data {data} --trace {trace} --workload {workload}\", "
         "\"{bin}/raft_kv\"]\nport = 7000\n";
  std::vector<std::string> words{
      "run",  "./target.toml", "--backend", "ssh",        "--hosts", hosts.hosts_file(), "--faults",
      "none", "--nodes",       "3",         "--duration", "1s",      "--seed",           "1"};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramEnd end = hosts.faultrig(words);
  EXPECT_EQ(end.exit_code, 0) << end.output;
  std::vector<double> times;
  for (const char* node : {"n1", "n2", "n3"})
    times.push_back(
        std::atof(read_file(hosts.folder() / "runs/latest/nodes" / node / "log.txt").c_str()));
  std::sort(times.begin(), times.end());
  return times;
}

TEST(ssh_run, nodes_have_been_up_for_different_times_unless_the_plan_says_no) {
  with_ssh([] {
    SshHosts hosts(3);
    // Drawn from four hundred days; else of this machine, read one after the other.
    constexpr double hour = 3'600;
    const std::vector<double> own = times_since_boot(hosts, {});
    EXPECT_GT(own[1] - own[0], hour);
    EXPECT_GT(own[2] - own[1], hour);
    const std::vector<double> shared = times_since_boot(hosts, {"--set", "ssh.boot_times=false"});
    EXPECT_LT(shared[2] - shared[0], hour);
  });
}

TEST(ssh_run, an_ordinary_user_can_have_kills_and_pauses_and_clocks_that_lie) {
  with_ssh([] {
    SshHosts hosts(3);
    const ProgramEnd end =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts",
                        hosts.hosts_file("", [](int) { return "user = \"student\""; }), "--faults",
                        "kill,pause,clock", "--duration", "10s", "--seed", "2"});
    EXPECT_GT(clock_faults_that_bit(hosts), 0);
    EXPECT_FALSE(says(end, "went on with the machine's clock")) << end.output;
    EXPECT_EQ(end.exit_code, 0) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, hosts_are_reached_through_a_jump_host) {
  with_ssh([] {
    SshHosts hosts(4);
    // The hosts speak to nobody but the jump host, and to clients.
    for (const int host : {0, 1, 2}) {
      EXPECT_EQ(connect_result(hosts.machines().start_connect(hosts.control(), host, 22)), 0);
    }
    std::string text =
        fmt::format("user = \"root\"\nkey = \"{}\"\nknown_hosts = \"{}\"\njump = \"root@{}:22\"\n",
                    hosts.key().string(), hosts.known_hosts().string(), hosts.address(3));
    for (const int host : {0, 1, 2})
      text += fmt::format("[[hosts]]\naddress = \"{}\"\n", hosts.address(host));
    const fs::path file = hosts.folder() / "jump.toml";
    std::ofstream(file) << text;
    const ProgramEnd end =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", file, "--faults",
                        "partition,kill", "--duration", "5s", "--seed", "3"});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, the_key_may_be_with_an_ssh_agent) {
  with_ssh([] {
    SshHosts hosts(1);
    const std::string script = fmt::format(
        "eval $(ssh-agent) >/dev/null; ssh-add -q {}; {}/bin/faultrig run raft_kv --backend ssh "
        "--hosts hosts.toml --faults none --duration 1s --seed 1; code=$?; ssh-agent -k "
        ">/dev/null; "
        "exit $code",
        hosts.key().string(), FAULTRIG_BINARY_DIR);
    hosts.hosts_file("key = \"\"");
    std::ofstream(hosts.folder() / "hosts.toml")
        << fmt::format("user = \"root\"\nknown_hosts = \"{}\"\n[[hosts]]\naddress = \"{}\"\n",
                       hosts.known_hosts().string(), hosts.address(0));
    const ProgramEnd end = hosts.wait(hosts.start({"/bin/sh", "-c", script}, "output"), "output");
    EXPECT_EQ(end.exit_code, 0) << end.output;
  });
}

TEST(ssh_run, a_host_that_vanishes_ends_the_run_and_what_was_seen_is_judged) {
  with_ssh([] {
    SshHosts hosts(5);
    const pid_t run =
        hosts.start({std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig", "run", "raft_kv",
                     "--backend", "ssh", "--hosts", hosts.hosts_file(), "--faults",
                     "partition,pause", "--duration", "60s", "--seed", "4"},
                    "output");
    const fs::path folder = hosts.folder() / "runs/latest";
    std::error_code ignored;
    ASSERT_TRUE(await([&] {
      return fs::exists(folder / "faults.jsonl", ignored) &&
             fs::file_size(folder / "faults.jsonl", ignored) > 0 &&
             fs::file_size(folder / "history.jsonl", ignored) > 10'000;
    }));
    hosts.cut_off(2, true);
    const ProgramEnd end = hosts.wait(run, "output");
    EXPECT_EQ(end.exit_code, 3) << end.output;
    EXPECT_TRUE(says(end, "host 10.77.1.3 (node n3)")) << end.output;
    EXPECT_TRUE(says(end, "no answer within") || says(end, "lost the connection")) << end.output;
    EXPECT_TRUE(fs::exists(folder / "verdict.json"));
    EXPECT_EQ(hosts.faultrig({"check", "runs/latest"}).exit_code, 0) << "the history is whole";
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, a_connection_that_is_reset_ends_the_run_and_not_the_program) {
  with_ssh([] {
    SshHosts hosts(3);
    const pid_t run = hosts.start({std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig", "run",
                                   "raft_kv", "--backend", "ssh", "--hosts", hosts.hosts_file(),
                                   "--faults", "partition", "--duration", "60s", "--seed", "6"},
                                  "output");
    ASSERT_TRUE(await([&] { return hosts.leftovers().find("raft_kv") != std::string::npos; }));
    std::istringstream sessions(hosts.sessions());
    pid_t first = 0;
    ASSERT_TRUE(sessions >> first);
    ::kill(first, SIGKILL);  // of the daemon's children, the one that holds the socket
    const ProgramEnd end = hosts.wait(run, "output");
    EXPECT_EQ(end.exit_code, 3) << end.output;
    EXPECT_TRUE(says(end, "on host 10.77.1.1 (node n1)") ||
                says(end, "to host 10.77.1.1 (node n1)"))
        << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, an_agent_that_is_installed_there_is_not_uploaded) {
  with_ssh([] {
    SshHosts hosts(1);
    fs::copy_file(std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig_agent",
                  hosts.inside(0, "/run/agent"));
    const ProgramEnd end = hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts",
                                           hosts.hosts_file("agent = \"/run/agent\""), "--faults",
                                           "kill", "--duration", "2s", "--seed", "1"});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_run, keeps_the_data_when_asked_and_repeats_from_its_plan) {
  with_ssh([] {
    SshHosts hosts(1);
    hosts.hosts_file("keep_data = true");
    const ProgramEnd first =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", "hosts.toml", "--faults",
                        "none", "--duration", "3s", "--seed", "1"});
    ASSERT_EQ(first.exit_code, 0) << first.output;
    EXPECT_TRUE(says({0, hosts.leftovers()}, "folder")) << hosts.leftovers();
    fs::copy(hosts.folder() / "runs/latest/plan.toml", hosts.folder() / "plan.toml");
    const ProgramEnd again = hosts.faultrig({"run", "--plan", "plan.toml"});
    EXPECT_EQ(again.exit_code, 0) << again.output;
  });
}

}  // namespace
}  // namespace faultrig::live
